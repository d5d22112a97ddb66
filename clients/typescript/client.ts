// A client of the payments service, typed by its description: which paths there are, what each is asked with, and what it
// answers. Bodies are sealed and opened on the way, in Node.js 18 or newer.

import { createCipheriv, createDecipheriv } from "node:crypto";

import type { components, paths } from "./schema";

/** The types of the service, by the names that its description gives them. */
export type Schemas = components["schemas"];

/** Where the service is, and the pair that was agreed with it. */
export interface Connection {
    /** As `https://payments.example`. */
    url: string;
    /** 32 characters (AES-256) or 16 (AES-128). */
    key: string;
    /** 16 characters. */
    iv: string;
}

/** A no, in the service's words or its gateway's. From 500 on nobody knows yet what has become of it: ask for the same again. */
export class Refused extends Error {
    constructor(
        readonly status: number,
        readonly problem: Schemas["Problem"] | Schemas["Violation"] | Schemas["Refusal"],
    ) {
        super(`HTTP ${status}: ${problem.message}`);
    }
}

type Method = "get" | "patch" | "post" | "put";

type Sealed<Body> = Body extends { content: { "text/plain": infer Inside } } ? Inside : never;

/** What is in an answer, sealed or not; nothing where it has none. */
type Content<Body> = Body extends { content: { "application/json": infer Inside } | { "text/plain": infer Inside } } ? Inside : undefined;

/** The paths that can be asked by a method. */
export type Path<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];

/** What a path is asked with. What gateways say in the clear is theirs to say. */
export type Asked<P extends keyof paths, M extends Method> = paths[P][M] extends { requestBody: infer Body }
    ? Sealed<Body>
    : undefined;

/** What it answers where it does as asked. */
export type Answered<P extends keyof paths, M extends Method> = paths[P][M] extends { responses: infer Answers }
    ? Content<Answers[keyof Answers & (200 | 201)]>
    : never;

/** What goes with it: in the path, in headers, and as the body. */
export type Given<P extends keyof paths, M extends Method> = (paths[P][M] extends { parameters: infer Places extends Parameters }
    ? Pick<Places, "path" | "header">
    : object) &
    (Asked<P, M> extends undefined ? { body?: undefined } : { body: Asked<P, M> });

type Parameters = { path?: unknown; header?: unknown };
type Texts = Record<string, string>;

export class Client {
    constructor(private readonly connection: Connection) {}

    /** Asks a path. */
    async ask<M extends Method, P extends Path<M>>(
        method: M,
        path: P,
        ...[given]: object extends Given<P, M> ? [given?: Given<P, M>] : [given: Given<P, M>]
    ): Promise<Answered<P, M>> {
        const { body, header, path: steps } = (given ?? {}) as { body?: unknown; header?: Texts; path?: Texts };
        const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(steps?.[name] ?? ""));
        const response = await fetch(this.connection.url.replace(/\/$/, "") + place, {
            method: method.toUpperCase(),
            headers: { ...header, ...(body === undefined ? {} : { "content-type": "text/plain" }) },
            body: body === undefined ? null : this.seal(JSON.stringify(body)),
        });
        const text = await response.text();
        if (!response.ok) throw new Refused(response.status, JSON.parse(text));
        const isSealed = response.headers.get("content-type")?.startsWith("text/plain") ?? false;
        const answer = isSealed ? this.open(text) : text;
        return (answer === "" ? undefined : JSON.parse(answer)) as Answered<P, M>;
    }

    /** Opens what the service tells at a `webhook_url`. */
    notice(body: string): Schemas["Notice"] {
        return JSON.parse(this.open(body));
    }

    private seal(text: string): string {
        const { key, iv } = this.connection;
        const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv);
        return cipher.update(text, "utf8", "base64") + cipher.final("base64");
    }

    private open(body: string): string {
        const { key, iv } = this.connection;
        const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, iv);
        return decipher.update(body, "base64", "utf8") + decipher.final("utf8");
    }
}
