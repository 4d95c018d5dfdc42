// A page that only leads on goes on by itself; without this script one presses its button.

document.querySelectorAll("form[data-goes-on]").forEach((form) => form.submit());
