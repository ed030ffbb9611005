// What planners do on a board, one gesture at a time, as the web client would send it. A gesture takes hold of the cards it
// touches until it is answered, so that the order of change numbers is the order in which it was planned.

/** Shares of a hundred gestures. */
const KINDS = [
  [34, move],
  [16, rename],
  [14, estimate],
  [6, tag],
  [6, assign],
  [8, create],
  [6, link],
  [3, unlink],
  [3, agree],
  [4, say],
];
const TAGS = ['go-live', 'audit', 'night shift', 'terminal 2', 'spike'];
const AGREEMENTS = ['accepted', 'refused', 'done'];

/** The next gesture of somebody; `null` where chance led nowhere. */
export function next(plan, who) {
  let at = plan.dice(100);
  const [, kind] = KINDS.find(([share]) => (at -= share) < 0);
  return kind(plan, who);
}

const gesture = (cards, ...acts) => ({ cards, acts });

function move(plan) {
  const card = plan.pick(plan.free((one) => one.team >= 0 && (one.level === 'story' ? one.is_open : plan.children(one).length > 0)));
  if (!card) return null;
  const cell = plan.otherCell(card);
  const from = card.level === 'feature' ? plan.cellOfStories(card) : [card.team, card.column];
  const stories = card.level === 'feature' ? plan.children(card) : [];
  if (stories.some((story) => story.isHeld)) return null;
  const team = cell.team === from[0] ? null : cell.team;
  return gesture([card, ...stories], { kind: 'move', item: card.item, team, column: cell.column, after: null, from });
}

function rename(plan, who) {
  // Half of them where the browsers look, so that it is seen how long they take to paint.
  const card = plan.pick(plan.dice(2) ? plan.watched() : plan.free(() => true));
  return card && gesture([card], set(card, 'title', `${plan.mark(who)} ${card.title.replace(/^~\w+~ /, '')}`));
}

function estimate(plan) {
  const card = plan.pick(plan.free((one) => one.level === 'story'));
  if (!card) return null;
  const to = [1, 2, 3, 5, 8, 13].filter((points) => points !== card.points);
  return gesture([card], set(card, 'points', to[plan.dice(to.length)]));
}

function tag(plan) {
  const card = plan.pick(plan.free(() => true));
  if (!card) return null;
  const added = TAGS[plan.dice(TAGS.length)];
  const tags = card.tags.includes(added) ? card.tags.filter((one) => one !== added) : [...card.tags, added];
  return gesture([card], set(card, 'tags', tags));
}

function assign(plan, who) {
  const card = plan.pick(plan.free((one) => one.level === 'story' && one.assignee !== who.name));
  return card && gesture([card], set(card, 'assignee', { name: who.name, member_id: who.id }));
}

function create(plan, who) {
  const parent = plan.pick(plan.free((one) => one.level === 'feature' && one.number !== null && one.team >= 0));
  if (!parent) return null;
  const act = { kind: 'create', item: crypto.randomUUID(), type: 'User Story', title: `${plan.mark(who)} Plan what nobody thought of`, parent: parent.item, points: 3 };
  return gesture([parent], { ...act, team: plan.dice(plan.teams.length), column: plan.dice(plan.columns.length) });
}

function link(plan) {
  const [from, to] = [plan.pick(plan.free(isMade)), plan.pick(plan.free(isMade))];
  // From the lower number to the higher one: no circle can come of it.
  if (!from || !to || from.number >= to.number || plan.isLinked(from, to) || plan.areFamily(from, to)) return null;
  return gesture([from, to], { kind: 'link', from: from.item, to: to.item, needed_by: null });
}

function unlink(plan) {
  const found = plan.pickLink();
  return found && gesture(found, { kind: 'unlink', from: found[0].item, to: found[1].item });
}

function agree(plan) {
  const found = plan.pickLink();
  if (!found) return null;
  const agreement = AGREEMENTS[plan.dice(AGREEMENTS.length)];
  return gesture(found, { kind: 'agree', from: found[0].item, to: found[1].item, agreement });
}

function say(plan, who) {
  const card = plan.pick(plan.free(isMade));
  return card && gesture([card], { kind: 'comment', item: card.item, text: `${plan.mark(who)} Seen by the whole train.` });
}

const isMade = (card) => card.number !== null;
const set = (card, field, to) => ({ kind: 'set', item: card.item, field, to });
