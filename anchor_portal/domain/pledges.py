"""Short titles of the seven pledges, for headings, grids and certificates; their full texts stand in each version."""

PLEDGES = {
    1: "Real living wage and an equal local job sector",
    2: "Employ and buy locally",
    3: "Buildings as community assets",
    4: "Net zero by 2040 or sooner",
    5: "Social Value Charter and Award",
    6: "Tackling health inequalities",
    7: "Showcasing social value",
}

NUMBERS = tuple(PLEDGES)
