// Before anything is drawn: scripts work here, and the reader may have chosen a theme.
document.documentElement.classList.add("scripted");
try {
  const chosen = localStorage.getItem("exoprobe-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch { /* the browser remembers nothing for this file */ }
