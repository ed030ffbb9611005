// What the event's planners know of the board: kept from the answers to their own gestures.

/** Reads a snapshot into cards and the board's frame. */
export function readBoard(snapshot) {
  const { cards, types, states, strings, people, board } = snapshot;
  const category = new Map(states.map((state) => [`${state.type}/${state.name}`, state.category]));
  const items = cards.id.map((coded) => Buffer.from(coded, 'base64url').toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
  const read = items.map((item, i) => {
    const type = types[cards.type[i]];
    const state = strings.states[cards.state[i]];
    return {
      item,
      number: cards.number[i] || null,
      level: type.level,
      is_open: !['completed', 'removed'].includes(category.get(`${type.name}/${state}`)),
      title: cards.title[i],
      team: cards.team[i],
      column: cards.column[i],
      points: cards.points[i],
      tags: cards.tags[i].map((tag) => strings.tags[tag]),
      assignee: people[cards.assignee[i]]?.name ?? null,
      parent: items[cards.parent[i]] ?? null,
      sync: cards.sync[i],
    };
  });
  const links = snapshot.links.map(([from, to]) => [items[from], items[to]]);
  return { cards: read, links, teams: board.set_up.teams, columns: board.set_up.columns, pi: board.set_up.pi };
}

export class Plan {
  #n_marks = 0;
  #seed;
  #watched = [];

  constructor(read, seed) {
    this.#seed = seed >>> 0;
    this.teams = read.teams;
    this.columns = read.columns;
    this.cards = new Map(read.cards.map((card) => [card.item, { ...card, isHeld: false }]));
    this.links = new Map(read.links.map(([from, to]) => [`${from} ${to}`, [from, to]]));
  }

  /** A number below `n`; the same seed gives the same ones. */
  dice(n) {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#seed / 2 ** 32) * n);
  }

  pick(cards) {
    return cards.length === 0 ? null : cards[this.dice(cards.length)];
  }

  /** Cards that nobody has in hand. */
  free(holds) {
    return [...this.cards.values()].filter((card) => !card.isHeld && holds(card));
  }

  watch(items) {
    this.#watched = items;
  }

  watched() {
    return this.#watched.map((item) => this.cards.get(item)).filter((card) => card && !card.isHeld);
  }

  /** A text that stands nowhere else. */
  mark() {
    this.#n_marks += 1;
    return `~${this.#n_marks.toString(36)}~`;
  }

  children(feature) {
    return [...this.cards.values()].filter((card) => card.parent === feature.item);
  }

  cellOfStories(feature) {
    const story = this.children(feature).find((card) => card.is_open && card.team >= 0) ?? feature;
    return [story.team, story.column];
  }

  otherCell(card) {
    const team = this.dice(this.teams.length);
    const column = this.dice(this.columns.length);
    return team === card.team && column === card.column ? { team, column: (column + 1) % this.columns.length } : { team, column };
  }

  isLinked(from, to) {
    return this.links.has(`${from.item} ${to.item}`) || this.links.has(`${to.item} ${from.item}`);
  }

  areFamily(from, to) {
    return from.parent === to.item || to.parent === from.item;
  }

  pickLink() {
    const free = [...this.links.values()].map((ends) => ends.map((item) => this.cards.get(item))).filter((ends) => ends.every((card) => card && !card.isHeld && card.number !== null));
    return this.pick(free);
  }

  /** Takes in what acts came to: the cards as the server has them now. */
  absorb(acts, cards) {
    for (const card of cards) {
      const known = this.cards.get(card.id) ?? { item: card.id, level: 'story', is_open: true, isHeld: false };
      const { number, title, team, column, points, tags, parent } = card;
      this.cards.set(card.id, Object.assign(known, { number, title, team, column, points, tags, parent, assignee: card.assignee?.name ?? null }));
    }
    for (const act of acts) {
      if (act.kind === 'link') this.links.set(`${act.from} ${act.to}`, [act.from, act.to]);
      if (act.kind === 'unlink') this.links.delete(`${act.from} ${act.to}`);
    }
  }
}
