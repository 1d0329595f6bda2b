// `test` with a server of its own and people who come and go.
import { type BrowserContextOptions, test as base, expect } from "@playwright/test";
import { Line } from "./line";
import { Person } from "./person";
import { Server } from "./server";
import { Watch } from "./watch";

interface Fixtures {
  /** Further settings of the server. */
  settings: string[];
  /** A fresh server without a team. It must end well and without having logged an error. */
  server: Server;
  /** Brings somebody with a browser of their own; `url` when it isn't the server's. */
  person(name: string, options?: { url?: string } & BrowserContextOptions): Promise<Person>;
  /** A cable between a browser and the server. */
  line: Line;
  /** The first administrator, in the first room. */
  ines: Person;
  /** A second person, invited by the first, in the same room. */
  tomasz: Person;
}

export const test = base.extend<Fixtures>({
  settings: [[], { option: true }],

  server: async ({ settings }, use, info) => {
    const server = await Server.start({ args: settings });
    await use(server);
    const code = await server.stop();
    if (info.status !== info.expectedStatus) await info.attach("server.log", { body: server.log });
    server.clear();
    expect(code, `the server's exit code\n${server.log}`).toBe(0);
    const errors = server.log.split("\n").filter((line) => /\bERROR\b|panicked/.test(line));
    expect(errors, "errors that the server logged").toEqual([]);
  },

  person: async ({ server, browser, javaScriptEnabled }, use) => {
    const people: Person[] = [];
    await use(async (name, { url = server.url, ...options } = {}) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const person = new Person(name, url, context, page, new Watch(page, name, javaScriptEnabled));
      people.push(person);
      return person;
    });
    const faults = people.flatMap((person) => person.watch.faults);
    for (const person of people) await person.context.close();
    expect(faults, "what the pages complained about").toEqual([]);
  },

  line: async ({ server }, use) => {
    const line = await Line.to(server.url);
    await use(line);
    await line.close();
  },

  ines: async ({ person }, use) => {
    const ines = await person("ines");
    await ines.begin();
    await use(ines);
  },

  tomasz: async ({ person, ines }, use) => {
    const tomasz = await person("tomasz");
    await tomasz.follow(ines);
    await use(tomasz);
  },
});

export { expect };
