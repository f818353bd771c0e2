// The form of a visit works without this. With it: questions and photos that hang on an answer appear at once, photos are made smaller
// before they are sent, and the phone's position can be taken.
(() => {
  "use strict";
  document.querySelector(".visitsteps [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const form = document.querySelector(".visiting");
  if (!form) return;
  form.classList.add("shrinks");

  const answered = (key) => {
    const field = form.querySelector(`[name="a:${CSS.escape(key)}"]:checked, select[name="a:${CSS.escape(key)}"]`);
    return field ? field.value : "";
  };
  const reveal = () => {
    for (const one of form.querySelectorAll("[data-when]")) {
      const [key, words] = one.dataset.when.split("=");
      if (form.querySelector(`[name="a:${CSS.escape(key)}"]`)) one.hidden = !words.split(",").includes(answered(key));
    }
    for (const one of form.querySelectorAll("[data-photo]")) {
      const [key, words] = one.dataset.photo.split("=");
      one.hidden = !words.split(",").includes(answered(key));
    }
  };
  form.addEventListener("change", reveal);
  reveal();

  const LONGEST = 1600, SMALL = 400_000;
  const shrunk = async (file) => {
    if (file.size < SMALL || !file.type.startsWith("image/")) return file;
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  };
  for (const input of form.querySelectorAll("[data-shrink]")) {
    input.addEventListener("change", async () => {
      let told = input.parentElement.querySelector(".picked");
      if (!told) {
        told = document.createElement("span");
        told.className = "picked";
        told.setAttribute("role", "status");
        input.after(told);
      }
      told.textContent = `+${input.files.length}`;
      try {
        const files = await Promise.all([...input.files].map(shrunk));
        const held = new DataTransfer();
        files.forEach((file) => held.items.add(file));
        input.files = held.files;
      } catch {
        // a picture that cannot be read here is sent as it is; the office says what it takes
      }
    });
  }

  const locate = form.querySelector("[data-locate]");
  if (locate && "geolocation" in navigator) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        const field = document.getElementById(locate.dataset.locate);
        field.value = [coords.latitude.toFixed(5), coords.longitude.toFixed(5), Math.round(coords.accuracy)].join(", ");
      });
    });
  }
})();
