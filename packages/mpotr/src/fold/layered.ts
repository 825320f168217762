/** So many new entries lie above the others before they are brought down to them. */
const MAX_ABOVE = 16;

/**
 * A map that never changes, of which another with one entry more costs little: what is new lies above what was there, and
 * only that is copied. In the order of a `Map`: whatever replaces an entry stands in its place.
 */
export class LayeredMap<K, V extends object> implements ReadonlyMap<K, V> {
	readonly below: ReadonlyMap<K, V>;
	readonly above: ReadonlyMap<K, V>;
	readonly size: number;

	private constructor(below: ReadonlyMap<K, V>, above: ReadonlyMap<K, V>, size: number) {
		this.below = below;
		this.above = above;
		this.size = size;
	}

	/** What changes rarely, and what is new: an entry above hides the one below. */
	static layers<K, V extends object>(map: ReadonlyMap<K, V>): Pick<LayeredMap<K, V>, "below" | "above"> {
		return map instanceof LayeredMap ? map : { below: map, above: new Map<K, V>() };
	}

	/** `map` with this entry. */
	static with<K, V extends object>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
		const { below, above } = LayeredMap.layers(map);
		const size = map.has(key) ? map.size : map.size + 1;
		const next = new Map(above).set(key, value);
		if (next.size <= MAX_ABOVE) return new LayeredMap(below, next, size);
		const all = new Map(below);
		for (const [one, its] of next) all.set(one, its);
		return new LayeredMap(all, new Map(), size);
	}

	get(key: K): V | undefined {
		return this.above.get(key) ?? this.below.get(key);
	}

	has(key: K): boolean {
		return this.above.has(key) || this.below.has(key);
	}

	*entries(): MapIterator<[K, V]> {
		for (const [key, value] of this.below) yield [key, this.above.get(key) ?? value];
		for (const entry of this.above) if (!this.below.has(entry[0])) yield entry;
	}

	[Symbol.iterator](): MapIterator<[K, V]> {
		return this.entries();
	}

	*keys(): MapIterator<K> {
		for (const [key] of this.entries()) yield key;
	}

	*values(): MapIterator<V> {
		for (const [, value] of this.entries()) yield value;
	}

	forEach(use: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
		for (const [key, value] of this.entries()) use(value, key, this);
	}
}
