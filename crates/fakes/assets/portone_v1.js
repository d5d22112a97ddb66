  let merchant;
  window.IMP = {
    init(code) {
      merchant = code;
    },
    async request_pay(request, callback) {
      if (!merchant) throw new Error("init was not called");
      for (const name of ["channelKey", "pay_method", "merchant_uid", "name", "amount"]) {
        if (request[name] === undefined) throw new Error(`${name} is missing`);
      }
      if (!Number.isInteger(request.amount)) throw new Error("amount is not a number");
      const address = addressOf("pay", { user_code: merchant, ...request });
      if (isPhone) {
        location.href = address;
        return;
      }
      const said = (await inFrame(address)).searchParams;
      const answer = { success: said.get("imp_success") === "true" };
      for (const name of ["imp_uid", "merchant_uid", "error_code", "error_msg"]) {
        if (said.has(name)) answer[name] = said.get(name);
      }
      callback(answer);
    },
  };
