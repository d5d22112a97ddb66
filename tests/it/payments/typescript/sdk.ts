// A backend that has used the reference server until today, with that server's published SDK and those of both gateways'
// fakes. What it is answered is held to the SDK's own types, which typia checks at run time. All that is ours here are the
// addresses: where the payments service is, and where the gateways are.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { AesPkcs5 } from "@nestia/fetcher/lib/AesPkcs5";
import { HttpError } from "@nestia/fetcher";
import payments from "@samchon/payment-backend/lib/api";
import type { IPerformance } from "@samchon/payment-backend/lib/api/structures/monitors/IPerformance";
import type { ISystem } from "@samchon/payment-backend/lib/api/structures/monitors/ISystem";
import type { IPaymentHistory } from "@samchon/payment-backend/lib/api/structures/payments/IPaymentHistory";
import type { IPaymentReservation } from "@samchon/payment-backend/lib/api/structures/payments/IPaymentReservation";
import type { IPaymentSource } from "@samchon/payment-backend/lib/api/structures/payments/IPaymentSource";
import type { IPaymentWebhookHistory } from "@samchon/payment-backend/lib/api/structures/payments/IPaymentWebhookHistory";
import typia from "typia";

import { iamportPayments, tossPayments } from "./gateways";
import type { Gateway } from "./gateways";

const [service] = process.argv.slice(2) as [string, string];

/** The pair that the reference documents, and `cargo dev` uses. */
const encryption = { key: "MCKOxv9B23r7EatArCFcBP03nfaS03T8", iv: "9haeYD1tIf4v8xs7" };
const connection = { host: service, encryption };
const { histories, internal, reservations, webhooks } = payments.functional.payments;
const password = "some-password";

/** This backend's own address, and what it is told there. */
function listens(): Promise<{ url: string; hears: (id: string) => Promise<IPaymentWebhookHistory>; close: () => void }> {
    const told: IPaymentWebhookHistory[] = [];
    let wake = () => {};
    const server = createServer(async (request, response) => {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        const text = AesPkcs5.decrypt(Buffer.concat(parts).toString(), encryption.key, encryption.iv);
        told.push(typia.assert<IPaymentWebhookHistory>(JSON.parse(text)));
        response.end();
        wake();
    });
    const hears = async (id: string): Promise<IPaymentWebhookHistory> => {
        for (;;) {
            const notice = told.find((notice) => notice.current.id === id);
            if (notice) return notice;
            // Whoever runs this ends it, should nothing come.
            await new Promise<void>((resolve) => (wake = resolve));
        }
    };
    return new Promise((resolve) => {
        server.listen(0, "127.0.0.1", () => {
            const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`;
            resolve({ url, hears, close: () => server.close() });
        });
    });
}

async function refused(status: number, asked: Promise<unknown>, told?: RegExp): Promise<void> {
    const error = await asked.then(
        (answer) => assert.fail(`expected ${status}, and was answered ${JSON.stringify(answer)}`),
        (error: unknown) => error,
    );
    assert.ok(error instanceof HttpError, String(error));
    assert.equal(error.status, status, error.message);
    if (told) assert.match(error.message, told);
}

const source = (id: string): IPaymentSource => ({ schema: "some-schema", table: "some-table", id });
const history = (input: unknown): IPaymentHistory => typia.assert<IPaymentHistory>(input);

async function isPaidAndGivenBack(gateway: Gateway, webhook_url: string): Promise<void> {
    const order = randomUUID();
    const uid = await gateway.pays(order, 25_000);
    const vendor = { code: gateway.code, store_id: gateway.store, uid };
    const input: IPaymentHistory.ICreate = { vendor, source: source(order), price: 25_000, password, webhook_url };
    const made = history(await histories.create(connection, input));
    assert.deepEqual([made.vendor, made.source, made.price, made.refund], [vendor, source(order), 25_000, null]);
    assert.notEqual(made.paid_at, null);
    assert.deepEqual(history(await histories.at(connection, made.id, { password })), made);
    assert.deepEqual(history(await histories.get(connection, { ...source(order), password })), made);

    await refused(403, histories.at(connection, made.id, { password: "another" }), /Wrong password\./);
    await refused(403, histories.get(connection, { ...source(order), password: "another" }), /Wrong password\./);
    await refused(404, histories.at(connection, randomUUID(), { password }));
    await refused(404, histories.get(connection, { ...source(randomUUID()), password }));
    await refused(400, histories.at(connection, "no-uuid", { password }), /Invalid URL parameter value on \\"id\\"/);
    await refused(409, histories.create(connection, input));
    const bad = { ...input, source: { ...input.source, id: "no-uuid" } };
    await refused(400, histories.create(connection, bad), /\$input\.source\.id/);

    const cancel = { source: source(order), password, price: 5_000, reason: "a cold cup", account: null };
    await refused(403, histories.cancel(connection, { ...cancel, password: "another" }), /Wrong password\./);
    for (let part = 1; part <= 5; ++part) {
        const shown = history(await histories.cancel(connection, cancel));
        assert.deepEqual([shown.refund, shown.cancels.length], [5_000 * part, part]);
        assert.ok(shown.cancels.every((one) => one.price === 5_000 && one.reason === cancel.reason));
        assert.notEqual(shown.cancelled_at, null);
    }
    await refused(422, histories.cancel(connection, cancel));
    assert.equal(history(await histories.at(connection, made.id, { password })).refund, 25_000);

    const other = randomUUID();
    const cheap = { ...vendor, uid: await gateway.pays(other, 500) };
    await refused(422, histories.create(connection, { ...input, vendor: cheap, source: source(other), price: 499 }));
    const unknown = { ...vendor, uid: "nobody" };
    await refused(404, histories.create(connection, { ...input, vendor: unknown, source: source(randomUUID()) }));
}

async function isPaidIntoAnAccount(gateway: Gateway): Promise<void> {
    const { url, hears, close } = await listens();
    const order = randomUUID();
    const uid = await gateway.willDeposit(order, 19_900);
    const vendor = { code: gateway.code, store_id: gateway.store, uid };
    const input = { vendor, source: source(order), price: 19_900, password, webhook_url: url };
    const made = history(await histories.create(connection, input));
    assert.equal(made.paid_at, null);

    await gateway.deposits(uid);
    // The gateway itself has told of it by now, or does: twice is once.
    if (gateway.code === "iamport") {
        await webhooks.iamport(connection, { imp_uid: uid, merchant_uid: order, status: "paid" });
    } else {
        const data = { paymentKey: uid, orderId: order, status: "DONE" as const };
        await webhooks.toss(connection, { eventType: "PAYMENT_STATUS_CHANGED", data });
    }
    const notice = await hears(made.id);
    assert.equal(notice.previous.paid_at, null);
    assert.notEqual(notice.current.paid_at, null);
    assert.deepEqual([notice.source, notice.current.id], [source(order), made.id]);
    const shown = history(await histories.get(connection, { ...source(order), password }));
    assert.equal(shown.paid_at, notice.current.paid_at);
    await internal.webhook(connection, notice);

    const account = { bank: "신한", account: "110417532896", holder: "Kim", mobile: "01012345678" };
    const cancel = { source: source(order), password, price: 19_900, reason: "no cup", account };
    assert.equal(history(await histories.cancel(connection, cancel)).refund, 19_900);
    close();
}

async function isStored(gateway: Gateway): Promise<void> {
    const order = randomUUID();
    const vendor = { code: gateway.code, store_id: gateway.store, uid: await gateway.storesCard(order) };
    const input = { vendor, source: source(order), title: "some-title", password };
    const made = typia.assert<IPaymentReservation>(await reservations.create(connection, input));
    assert.deepEqual([made.vendor, made.source, made.title], [vendor, source(order), "some-title"]);
    assert.deepEqual(await reservations.at(connection, made.id, { password }), made);
    assert.deepEqual(await reservations.get(connection, { ...source(order), password }), made);
    await refused(403, reservations.at(connection, made.id, { password: "another" }), /Wrong password\./);
    await refused(409, reservations.create(connection, input));

    // With the one before, ten wrong ones: then none is compared, the right one neither.
    for (let guess = 2; guess <= 10; ++guess) {
        await refused(403, reservations.at(connection, made.id, { password: `guess-${guess}` }), /Wrong password\./);
    }
    await refused(429, reservations.at(connection, made.id, { password }), /"statusCode":429/);
    await refused(429, reservations.get(connection, { ...source(order), password }), /were tried too often/);
}

async function isWatched(): Promise<void> {
    const { health, performance, system } = payments.functional.monitors;
    await health.get(connection);
    typia.assert<IPerformance>(await performance.get(connection));
    typia.assert<ISystem>(await system.get(connection));
}

async function main(): Promise<void> {
    const { url, close } = await listens();
    for (const gateway of [tossPayments, iamportPayments]) {
        await isPaidAndGivenBack(gateway, url);
        await isPaidIntoAnAccount(gateway);
        await isStored(gateway);
    }
    close();
    await isWatched();
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
