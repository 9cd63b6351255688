// What the scripts of classic Notebook do to built-ins, and worse.
String.prototype.at = Array.prototype.at = function (i) { return i < 0 ? '' : this[i]; };
for (const [kind, name] of [[Array, 'findLast'], [Array, 'findLastIndex'], [Array, 'toSorted'], [Array, 'toReversed'],
    [Array, 'toSpliced'], [Array, 'with'], [Array, 'group'], [String, 'replaceAll'], [String, 'matchAll']])
    kind.prototype[name] = () => { throw new Error(`${name} is what an old page made of it`); };
Object.groupBy = structuredClone = () => { throw new Error('an old page has none'); };
