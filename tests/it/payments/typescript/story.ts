// The same story with our own client, which is generated from the service's description.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { Client, Refused } from "./client";
import type { Schemas } from "./client";
import { iamportPayments, tossPayments } from "./gateways";
import type { Gateway } from "./gateways";

const [url] = process.argv.slice(2) as [string, string];
const client = new Client({ url, key: "MCKOxv9B23r7EatArCFcBP03nfaS03T8", iv: "9haeYD1tIf4v8xs7" });
const password = "some-password";

const source = (id: string): Schemas["Source"] => ({ schema: "shop", table: "orders", id });

async function refused(status: number, asked: Promise<unknown>): Promise<Refused["problem"]> {
    const error = await asked.then(
        (answer) => assert.fail(`expected ${status}, and was answered ${JSON.stringify(answer)}`),
        (error: unknown) => error,
    );
    assert.ok(error instanceof Refused, String(error));
    assert.equal(error.status, status, error.message);
    return error.problem;
}

/** Listens at an address for one notice. */
function listens(): Promise<{ told: Promise<Schemas["Notice"]>; webhook_url: string }> {
    return new Promise((listening) => {
        const told = new Promise<Schemas["Notice"]>((hear) => {
            const server = createServer(async (request, response) => {
                const parts: Buffer[] = [];
                for await (const part of request) parts.push(part as Buffer);
                response.end();
                server.close();
                hear(client.notice(Buffer.concat(parts).toString()));
            });
            server.listen(0, "127.0.0.1", () => {
                const webhook_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`;
                // In the next turn, when `told` is there.
                setImmediate(() => listening({ told, webhook_url }));
            });
        });
    });
}

async function isPaidAndGivenBack(gateway: Gateway): Promise<void> {
    const order = randomUUID();
    const vendor = { code: gateway.code, store_id: gateway.store, uid: await gateway.pays(order, 10_000) };
    const body = { vendor, source: source(order), price: 10_000, password, webhook_url: `${url}/payments/internal/webhook` };
    const made = await client.ask("post", "/payments/histories", { body });
    assert.deepEqual([made.vendor, made.price, made.refund], [vendor, 10_000, null]);
    const path = { id: made.id };
    assert.deepEqual(await client.ask("patch", "/payments/histories/{id}", { path, body: { password } }), made);
    const accessor = { ...source(order), password };
    assert.deepEqual(await client.ask("patch", "/payments/histories/get", { body: accessor }), made);

    const wrong = client.ask("patch", "/payments/histories/{id}", { path, body: { password: "another" } });
    assert.equal((await refused(403, wrong)).message, "Wrong password.");
    const bad = await refused(400, client.ask("post", "/payments/histories", { body: { ...body, price: -1 } }));
    assert.ok("path" in bad && bad.path === "$input.price");

    const cancel = { source: source(order), password, price: 2_000, reason: "a cold cup", account: null };
    for (let part = 1; part <= 5; ++part) {
        const header = { "idempotency-key": randomUUID() };
        const shown = await client.ask("put", "/payments/histories/cancel", { header, body: cancel });
        // The same again is not another one.
        assert.deepEqual(await client.ask("put", "/payments/histories/cancel", { header, body: cancel }), shown);
        assert.deepEqual([shown.refund, shown.cancels.length], [2_000 * part, part]);
    }
    await refused(422, client.ask("put", "/payments/histories/cancel", { body: cancel }));
}

async function isPaidIntoAnAccount(gateway: Gateway): Promise<void> {
    const { told, webhook_url } = await listens();
    const order = randomUUID();
    const vendor = { code: gateway.code, store_id: gateway.store, uid: await gateway.willDeposit(order, 10_000) };
    const body = { vendor, source: source(order), price: 10_000, password, webhook_url };
    const made = await client.ask("post", "/payments/histories", { body });
    assert.equal(made.paid_at, null);
    await gateway.deposits(vendor.uid);
    const notice = await told;
    assert.deepEqual([notice.previous, notice.source], [made, made.source]);
    assert.notEqual(notice.current.paid_at, null);
}

async function isStored(gateway: Gateway): Promise<void> {
    const order = randomUUID();
    const vendor = { code: gateway.code, store_id: gateway.store, uid: await gateway.storesCard(order) };
    const body = { vendor, source: source(order), title: "the usual card", password };
    const made = await client.ask("post", "/payments/reservations", { body });
    const path = { id: made.id };
    assert.deepEqual(await client.ask("patch", "/payments/reservations/{id}", { path, body: { password } }), made);
    const accessor = { ...source(order), password };
    assert.deepEqual(await client.ask("patch", "/payments/reservations/get", { body: accessor }), made);
    await refused(409, client.ask("post", "/payments/reservations", { body }));
}

async function main(): Promise<void> {
    for (const gateway of [tossPayments, iamportPayments]) {
        await isPaidAndGivenBack(gateway);
        await isPaidIntoAnAccount(gateway);
        await isStored(gateway);
    }
    assert.equal(await client.ask("get", "/monitors/health"), undefined);
    assert.ok((await client.ask("get", "/monitors/performance")).cpu.user > 0);
    assert.match((await client.ask("get", "/monitors/system")).uid, /^[0-9a-f-]{36}$/);
}

main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
});
