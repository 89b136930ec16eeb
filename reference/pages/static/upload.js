// Comfort only: how many files were chosen, and what is left. The server decides.
"use strict";
const chosen = document.getElementById("file");
if (chosen) {
  const said = document.getElementById("file-left");
  const { filesMax, bytesMax, kilobyte, left, tooMany, tooLarge } = chosen.dataset;
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const size = (bytes) => `${number.format(bytes / kilobyte ** 2)} MB`;
  const show = () => {
    const files = [...chosen.files];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const wrong = files.length > filesMax ? tooMany : bytes > bytesMax ? tooLarge : "";
    chosen.setCustomValidity(wrong);
    said.className = wrong ? "error" : "hint";
    said.textContent = wrong || (files.length === 0 ? "" : left
      .replace("{files}", files.length)
      .replace("{size}", size(bytes))
      .replace("{files_left}", filesMax - files.length)
      .replace("{size_left}", size(bytesMax - bytes)));
  };
  chosen.addEventListener("change", show);
  show();
}
