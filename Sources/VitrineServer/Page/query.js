// What is asked of an index for the state of the page.

import * as api from "./api.js";
import { isDull } from "./facets.js";
import { attributesOf } from "./indexes.js";
import * as order from "./order.js";
import { filterExpression, narrowed, state } from "./state.js";

const pageSize = 24;
const mostFacets = 12;
const mostValues = 10; // of a facet on the page
const mostBars = 100; // of a histogram: fine enough to be drawn by logarithm

const isOrdered = ({ kind }) => kind === "number" || kind === "date";

// The first dozen that tell products apart and those to order by; a catalogue may have hundreds of attributes.
function facetRequests(index) {
  const telling = attributesOf(index).filter(({ facet, name }) => facet && !isDull(index, name));
  const first = [...telling.slice(0, mostFacets), ...telling.filter(isOrdered).slice(0, order.most)];
  const wanted = new Set([...first.map(({ name }) => name), ...narrowed()]);
  return attributesOf(index).filter(({ name }) => wanted.has(name)).map((attribute) =>
    ({ attribute: attribute.name, limit: isOrdered(attribute) ? mostBars : mostValues }));
}

const terms = () => state.terms.filter(({ weight }) => weight)
  .map(({ text, product, image, weight }) => ({ text, product, image, weight }));

const about = (filter) => ({ terms: terms(), filter: filter || undefined, weights: state.weights ?? undefined });

// As many as facets are counted over: an order of fewer would leave out what these say there is, and one of
// many more would begin with whatever is cheap.
const mostOrdered = 2000;

export function query(index) {
  return {
    ...about(filterExpression()),
    sort: order.keys(),
    candidates: state.sort ? mostOrdered : undefined,
    facets: index === state.index ? facetRequests(index) : undefined,
    k: pageSize,
    explain: true,
  };
}

// An attribute that is narrowed is counted as if it were not, or its other values could not be added.
// With many values, as those that are picked may be rare.
const counting = (attribute) => ({
  ...about(filterExpression(attribute)), fields: [], k: 1,
  facets: [{ attribute, limit: attribute in state.ranges ? mostBars : 1000 }],
});

// What was typed, alone: it has to be a filter before anything is written around it, or a parenthesis
// might close one that it did not open.
const typed = () => (state.filter.trim() ? [{ filter: state.filter, fields: [], k: 1 }] : []);

function shortened(facet) {
  const picked = state.picked[facet.attribute] ?? [];
  const values = facet.values?.filter(({ value }, place) => place < mostValues || picked.includes(String(value)));
  return { ...facet, values };
}

export const isOfFilter = (error) => error.message.startsWith("filter");

// What is wrong with a filter is told of what was typed alone: columns count in its own box.
export async function find(index, body, signal) {
  try {
    return await api.search(index, body, signal);
  } catch (error) {
    if (isOfFilter(error)) await api.search(index, typed(), signal);
    throw error;
  }
}

// With the facets, in one request, and how many products they count: `relevant`, where there are facets.
export async function findAndCount(index, asked, signal) {
  const counted = narrowed().slice(0, mostFacets);
  if (!counted.length) return withRelevant(await find(index, asked, signal));
  const [answer, ...others] = await find(index, [asked, ...counted.map(counting), ...typed()], signal);
  const counts = others.slice(0, counted.length);
  const wholes = new Map(counts.map(({ facets: [facet] }) => [facet.attribute, shortened(facet)]));
  return { ...withRelevant(answer), facets: answer.facets.map((facet) => wholes.get(facet.attribute) ?? facet) };
}

const withRelevant = (answer) => ({ ...answer, relevant: answer.facets?.[0]?.relevant });

// The facets of what was refused, without what may be wrong with it: the filter, or a product that is not there.
export function countRest(index, error, signal) {
  const { filter, terms } = isOfFilter(error) ? about("") : about(filterExpression());
  const texts = terms.filter(({ text }) => text);
  return api.search(index, { terms: texts, filter, facets: facetRequests(index), fields: [], k: 1 }, signal);
}

// Whether an index can be asked with what was typed.
export async function takesFilter(index) {
  try {
    await api.search(index, typed());
    return true;
  } catch (error) {
    return !isOfFilter(error);
  }
}
