// What a backend's customers do at either gateway, through the SDKs of the fakes that the reference server is tested with.

import { functional as iamport, IamportConnector } from "iamport-server-api";
import { functional as toss } from "toss-payments-server-api";

/** What a backend's customers do at a gateway, and what it is called here. */
export interface Gateway {
    code: "iamport" | "toss.payments";
    /** The account, as the service names it. */
    store: string;
    /** Pays with a card. Gives the payment's uid. */
    pays(order: string, sum: number): Promise<string>;
    /** Wants to pay into a virtual account. Gives the payment's uid. */
    willDeposit(order: string, sum: number): Promise<string>;
    deposits(uid: string): Promise<void>;
    /** Stores a card. Gives its uid. */
    storesCard(order: string): Promise<string>;
}

/** Where the fakes are, by the second word that a program is given; the first is where the service is. */
const [, gateways] = process.argv.slice(2) as [string, string];

const tossConnection = {
    host: `${gateways}/toss`,
    headers: { Authorization: `Basic ${Buffer.from("test_ak_ZORzdMaqN3wQd5k6ygr5AkYXQGwy:").toString("base64")}` },
};
const tossCard = {
    cardNumber: "1111222233334444",
    cardExpirationYear: "30",
    cardExpirationMonth: "12",
    cardPassword: "99",
    customerBirthday: "880311",
};
export const tossPayments: Gateway = {
    code: "toss.payments",
    store: "test-toss-payments-store-id",
    async pays(orderId, amount) {
        const input = { method: "card" as const, ...tossCard, amount, orderId, __approved: false };
        return (await toss.v1.payments.key_in(tossConnection, input)).paymentKey;
    },
    async willDeposit(orderId, amount) {
        const input = { method: "virtual-account" as const, orderId, orderName: "a cup", bank: "신한", customerName: "Kim", amount };
        return (await toss.v1.virtual_accounts.create(tossConnection, { ...input, __approved: false })).paymentKey;
    },
    async deposits(paymentKey) {
        await toss.internal.deposit(tossConnection, paymentKey);
    },
    async storesCard(customerKey) {
        return (await toss.v1.billing.authorizations.card.create(tossConnection, { customerKey, ...tossCard })).billingKey;
    },
};

const connector = new IamportConnector(`${gateways}/portone/v1`, { imp_key: "test_imp_key", imp_secret: "test_imp_secret" });
const iamportCard = { card_number: "1111-2222-3333-4444", expiry: "2030-12", birth: "880311", pwd_2digit: "99", cvc: "99" };
export const iamportPayments: Gateway = {
    code: "iamport",
    store: "test-iamport-store-id",
    async pays(merchant_uid, amount) {
        const input = { ...iamportCard, merchant_uid, amount, name: "a cup" };
        return (await iamport.subscribe.payments.onetime(await connector.get(), input)).response.imp_uid;
    },
    async willDeposit(merchant_uid, amount) {
        const vbank_due = Math.floor(Date.now() / 1000) + 3 * 24 * 60 * 60;
        const input = { merchant_uid, amount, vbank_code: "SHINHAN", vbank_due, vbank_holder: "Kim" };
        return (await iamport.vbanks.create(await connector.get(), input)).response.imp_uid;
    },
    async deposits(imp_uid) {
        await iamport.internal.deposit(await connector.get(), imp_uid);
    },
    async storesCard(customer_uid) {
        await iamport.subscribe.customers.create(await connector.get(), customer_uid, { customer_uid, ...iamportCard });
        return customer_uid;
    },
};
