// Rows and cells that become blocks on a phone (_portal.scss) lose their meaning in older browsers: roles give it back.

const give = (element, role) => {
  if (element && !element.hasAttribute("role")) element.setAttribute("role", role);
};

document.querySelectorAll("table.app-stack").forEach((table) => {
  give(table, "table");
  [table.tHead, ...table.tBodies, table.tFoot].forEach((group) => give(group, "rowgroup"));
  [...table.rows].forEach((row) => {
    give(row, "row");
    [...row.cells].forEach((cell) => {
      const head = cell.scope === "row" ? "rowheader" : "columnheader";
      give(cell, cell.tagName === "TH" ? head : "cell");
    });
  });
});
