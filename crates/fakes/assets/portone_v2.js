  window.PortOne = {
    async requestPayment(request) {
      for (const name of ["storeId", "channelKey", "paymentId", "orderName", "totalAmount", "currency", "payMethod"]) {
        if (request[name] === undefined) throw new Error(`${name} is missing`);
      }
      if (!Number.isInteger(request.totalAmount)) throw new Error("totalAmount is not a number");
      const address = addressOf("pay", request);
      if (isPhone) {
        if (!request.redirectUrl) throw new Error("redirectUrl is missing");
        location.href = address;
        return undefined;
      }
      const said = (await inFrame(address)).searchParams;
      const answer = {};
      for (const name of ["transactionType", "txId", "paymentId", "code", "message"]) {
        if (said.has(name)) answer[name] = said.get(name);
      }
      return answer;
    },
  };
