// The book of a run: every request that was sent, what it had to be answered with, and the line that the gateway wrote of it.

export class Book {
  requests = 0;
  left = 0;
  lines = 0;
  wrong = [];
  #byReason = new Map();
  #written = new Map(); // request id: { status, reason }
  #answered = new Map(); // request id: status, of answers that name theirs
  #due = new Map(); // request id: the reason that its line has to give
  #begun = new Set();
  #forwarded = new Set();

  /** For `Wire`: a request goes out. What is the tests' own is no request. */
  note = (target) => {
    const isOwn = target.startsWith("/__e2e/");
    if (!isOwn) this.requests++;
    return {
      answered: (answer) => {
        const id = isOwn ? undefined : answer.requestId;
        if (id) this.#answered.set(id, answer.status);
      },
      left: () => this.left++,
    };
  };

  /** A line of the log; those that are no decision are not counted. */
  line = (text) => {
    if (!text.startsWith('{"edgegate"')) return;
    const { edgegate, request_id: id, reason, status } = JSON.parse(text);
    // An origin that lets its visitor wait has a line before the one that says how it ended.
    if (edgegate === "forwarded") return void this.#begun.add(id);
    this.lines++;
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + 1);
    if (id === undefined) return void this.fail(`a line without a request: ${text}`);
    if (this.#written.has(id)) this.fail(`two lines for one request: ${text}`);
    this.#written.set(id, { status, reason });
  };

  /** An answer has to be for that reason. Some answers name no request: of those the status alone is known. */
  isDue(answer, reason) {
    const id = answer.requestId;
    if (id) this.#due.set(id, reason);
  }

  /** Ids of requests that reached an origin. */
  reached(ids) {
    for (const id of ids) this.#forwarded.add(id);
  }

  /** A wrong decision, or anything else that must not be. */
  fail(text) {
    if (this.wrong.length < 100) this.wrong.push(text);
  }

  /** What does not add up, now that every line has come. */
  close() {
    for (const [id, status] of this.#answered) {
      const line = this.#written.get(id);
      if (line?.status !== status) this.fail(`${id} was answered ${status}, its line says ${line?.status}`);
    }
    for (const [id, reason] of this.#due) {
      const line = this.#written.get(id);
      if (line?.reason !== reason) this.fail(`${id} was to be ${reason}, its line says ${line?.reason}`);
    }
    for (const id of this.#forwarded) if (!this.#written.has(id) && !this.#begun.has(id)) this.fail(`no line for ${id}, which reached the origin`);
    const answered = this.requests - this.left;
    if (this.lines < answered || this.lines > this.requests) {
      this.fail(`${this.lines} lines for ${answered} requests that were answered and ${this.left} that were left`);
    }
    return { requests: this.requests, left: this.left, lines: this.lines, reached: this.#forwarded.size, reasons: this.#byReason, wrong: this.wrong };
  }
}
