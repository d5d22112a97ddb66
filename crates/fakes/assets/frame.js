  // On a computer the window is a frame over the shop's page, and what becomes of it is told to that page; on a phone the
  // browser leaves the shop's page, and is led back.
  const isPhone = /Android|iPhone|iPad|Mobi/i.test(navigator.userAgent);

  const addressOf = (path, values) => {
    const address = new URL(path, own);
    for (const [name, value] of Object.entries(values)) if (value !== undefined) address.searchParams.set(name, value);
    return address;
  };

  // The address that the browser would be led back to.
  const inFrame = (address) =>
    new Promise((done) => {
      address.searchParams.set("frame", location.origin);
      const frame = document.createElement("iframe");
      frame.title = "결제창";
      frame.src = address;
      frame.style.cssText = "position: fixed; inset: 0; width: 100%; height: 100%; border: 0; background: #fff";
      const told = (event) => {
        if (event.source !== frame.contentWindow) return;
        removeEventListener("message", told);
        frame.remove();
        done(new URL(event.data));
      };
      addEventListener("message", told);
      document.body.append(frame);
    });
