// Opens the gateway's payment window with the gateway's own script, and says how that went. What is told here stands in the
// page as data; what the customer reads stands there as well, one sentence a state.
(() => {
  const told = JSON.parse(document.getElementById("told").textContent);
  const then = document.getElementById("then");
  const PATIENCE_MS = 15000;

  const show = (state) => {
    for (const sentence of document.querySelectorAll("[data-when]")) sentence.hidden = sentence.dataset.when !== state;
    then.hidden = state === "opening";
  };

  // The server says anew whether there is still something to pay.
  document.getElementById("again").addEventListener("click", () => location.reload());

  // As the gateway itself would lead the browser back; the server asks the gateway, whatever stands there.
  const goBack = (values) => {
    const back = new URL(told.back);
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined && value !== null) back.searchParams.set(name, value);
    }
    location.replace(back);
  };

  const windows = {
    portone_v2: async () => {
      const answer = await window.PortOne.requestPayment(told.request);
      // Without an answer the browser is on its way by itself.
      if (!answer) return;
      if (answer.code !== undefined) return show("closed");
      goBack({ transactionType: answer.transactionType, txId: answer.txId, paymentId: answer.paymentId });
    },
    portone_v1: () =>
      new Promise((done) => {
        window.IMP.init(told.merchant);
        window.IMP.request_pay(told.request, (answer) => {
          done();
          if (answer.success === false || answer.error_code) return show("closed");
          goBack({ imp_uid: answer.imp_uid, merchant_uid: answer.merchant_uid, imp_success: "true" });
        });
      }),
    tosspayments: async () => {
      const { TossPayments } = window;
      const payment = TossPayments(told.merchant).payment({ customerKey: TossPayments.ANONYMOUS });
      try {
        await payment.requestPayment(told.request);
      } catch (error) {
        if (error.code !== "USER_CANCEL") throw error;
        show("closed");
      }
    },
  };

  const open = () => {
    show("opening");
    const slow = setTimeout(() => show("unopened"), PATIENCE_MS);
    const script = document.createElement("script");
    script.src = told.script;
    script.onerror = () => {
      clearTimeout(slow);
      show("unopened");
    };
    script.onload = async () => {
      clearTimeout(slow);
      show("opening");
      try {
        await windows[told.gateway]();
      } catch {
        show("unopened");
      }
    };
    document.head.append(script);
  };

  // Who comes back from the gateway by the browser's own button would be sent there again, and never get any further back.
  const [arrival] = performance.getEntriesByType("navigation");
  if (arrival && arrival.type === "back_forward") show("left");
  else open();
  addEventListener("pageshow", (event) => {
    if (event.persisted) show("left");
  });
})();
