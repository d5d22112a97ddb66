  window.TossPayments = (clientKey) => ({
    payment: ({ customerKey }) => ({
      async requestPayment(request) {
        if (!clientKey || !customerKey) throw new Error("a key is missing");
        for (const name of ["method", "orderId", "orderName", "successUrl", "failUrl"]) {
          if (!request[name]) throw new Error(`${name} is missing`);
        }
        const { currency, value } = request.amount;
        if (currency !== "KRW" || !Number.isInteger(value)) throw new Error("amount is not in won");
        const { method, orderId, orderName, successUrl, failUrl } = request;
        const address = addressOf("window", { clientKey, method, amount: value, orderId, orderName, successUrl, failUrl });
        if (isPhone) {
          location.href = address;
          return;
        }
        const back = await inFrame(address);
        if (back.searchParams.get("code") === "PAY_PROCESS_CANCELED") {
          throw Object.assign(new Error("취소되었습니다."), { code: "USER_CANCEL" });
        }
        location.href = back;
      },
    }),
  });
  window.TossPayments.ANONYMOUS = "ANONYMOUS";
