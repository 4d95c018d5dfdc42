"""What each of the four levels means on each pledge, in our own words from what the pledge asks."""

LEVEL_NAMES = {1: "starting", 2: "developing", 3: "established", 4: "leading"}

LEVEL_WORDS: dict[int, tuple[str, str, str, str]] = {
    1: (
        "We are finding out who is paid less than the real living wage and what it would cost to pay it. Some of our "
        "own staff are still paid less.",
        "Most of our own staff are paid it, and there is a date by which all will be. We have begun to ask agencies "
        "and contractors what they pay.",
        "All our own staff are paid it, each new rate by 1 May. Our agency contracts ask for it, and we look every "
        "year at who is hired, promoted and paid what.",
        "Agencies and contractors pay it too, and we check. We open jobs and training to local people who are usually "
        "left out, and help other employers to do the same.",
    ),
    2: (
        "We do not know yet how many of our staff and suppliers are local, or have counted them once.",
        "We count local staff, contracts and spending. Some of our vacancies and contracts are easier for local people "
        "and firms to win than they were.",
        "Hiring and buying locally are written into our policies, with targets, and somebody answers for them. The "
        "local share is reported in every round.",
        "We plan with other anchor organisations which jobs and contracts can stay here, and help small firms and "
        "social enterprises to bid. The local share rises, or stays high.",
    ),
    3: (
        "Community groups use a room of ours now and then, because somebody knows somebody. We have no list of what "
        "could be shared.",
        "We know which rooms and grounds are suited to it, and groups use some of them free of charge.",
        "Groups book in a simple way, free of charge, wherever a building is suited to it. We count who comes, and ask "
        "them what they need.",
        "Groups and partners have a say in how our buildings and land are used, and share space with us. We plan "
        "community use into whatever we build, buy or give up.",
    ),
    4: (
        "We have no net zero plan, or are writing one. We are gathering figures on energy, travel and waste.",
        "A plan with a target year of 2040 or sooner is approved, and its first measures are under way.",
        "The plan has money and a named person behind it. We measure our carbon footprint every year, tell the board, "
        "and it falls as planned.",
        "We are ahead of our plan, and it decides what we buy, build and drive. Suppliers and partners cut their "
        "emissions with us, and we share what works.",
    ),
    5: (
        "We know the Social Value Charter and have not signed it. Few of our contracts say anything about social value.",
        "We have signed the charter, and a named person drives the work. Larger tenders ask bidders what social value "
        "they would add.",
        "We hold the Social Value Award. Every tender weighs social value, and we check that suppliers keep their "
        "promises.",
        "We measure the social value of all that we do, with measures shared across the region, and publish it. We "
        "help others to earn the award.",
    ),
    6: (
        "We have looked at who around us has the poorest health, and have no work of our own on it yet.",
        "Some initiatives are running, for people chosen with the Marmot themes or Core20PLUS5 in mind.",
        "Health inequalities have a place in our plans and budgets, and in how we treat our own staff. We know whom "
        "our work reaches, and what it changes for them.",
        "Every large decision is tested for whom it helps and whom it harms. We plan with residents and partners, move "
        "money towards prevention, and can show that gaps narrow.",
    ),
    7: (
        "We do good work, and have not written it down.",
        "We write up an example now and then, and tell it inside our organisation.",
        "In every round we share an example that says what changed and for whom, and let it be published.",
        "The people whom an example is about help to tell it, figures back it up, and others have followed it.",
    ),
}
"""For each pledge the four levels, from the lowest; what "we" are is the organisation that answers."""
