#!/usr/bin/env python3
"""ORIGAM's order in plain Python: the same near-linear way as core/deploy/sorter.cpp, as a yardstick for it.

    order_reference.py VERSIONS PACKAGES ENTRIES

Makes the history of order_bench.cpp, sorts it, and prints the seconds that took and a sum over the order, by which the
caller sees that both sorted the same.
"""
import sys
import time


def history(versions, packages, entries):
    """(package of each version, number of each as written, entries of each as (package, number as written))."""
    rounds = versions // packages
    package_of, number_of, entries_of = [], [], []
    for p in range(packages):
        for r in range(rounds):
            package_of.append(p)
            number_of.append(f"{r // 100}.{r % 100}")
            made = []
            for k in range(1, entries + 1):
                other = (p + packages - k) % packages
                before = other < p
                if before or r > 0:
                    step = r if before else r - 1
                    made.append((other, f"{step // 100}.{step % 100}"))
            entries_of.append(made)
    return package_of, number_of, entries_of


def parse(text, known={}):
    """The number as a tuple without zeros at its end; each text is read once."""
    number = known.get(text)
    if number is None:
        parts = [int(part) for part in text.split(".")]
        while parts and parts[-1] == 0:
            parts.pop()
        number = known[text] = tuple(parts)
    return number


def order(package_of, number_texts, entry_texts):
    count = len(package_of)
    number_of = [parse(text) for text in number_texts]
    entries_of = [[(package, parse(text)) for package, text in made] for made in entry_texts]
    before_of = {}
    by_package = {}
    for v in range(count):
        by_package.setdefault(package_of[v], set()).add(number_of[v])
    for package, numbers in by_package.items():
        ascending = sorted(numbers)
        for before, number in zip(ascending, ascending[1:]):
            before_of[(package, number)] = (package, before)
    key_of = {}
    for v in range(count):
        key_of.setdefault((package_of[v], number_of[v]), len(key_of))
    keys = [key_of[(package_of[v], number_of[v])] for v in range(count)]
    users = [[] for _ in key_of]
    insisting = [0] * len(key_of)
    insisting_sum = [0] * len(key_of)
    unplaced = [0] * len(key_of)
    pending = [0] * count
    named_by = []
    package_of_key = [0] * len(key_of)
    for (p, _), key in key_of.items():
        package_of_key[key] = p
    for v in range(count):
        unplaced[keys[v]] += 1
        named = {key_of[entry] for entry in entries_of[v] if entry in key_of}
        named_by.append(named)
        waits = set(named)
        if all(p != package_of[v] for p, _ in entries_of[v]):
            before = before_of.get((package_of[v], number_of[v]))
            if before is not None:
                waits.add(key_of[before])
        for key in named:
            insisting[key] += 1
            insisting_sum[key] += v
        for key in waits:
            users[key].append(v)
        pending[v] = len(waits)

    packages = max(package_of) + 1
    step = [-1] * packages
    free_of = [[] for _ in range(packages)]
    dirty = set()
    placed = [False] * count
    done = []
    free = 0
    for v in range(count):
        if pending[v] == 0:
            free_of[package_of[v]].append(v)
            dirty.add(package_of[v])
            free += 1

    def blocked(w):
        key = step[package_of[w]]
        if key < 0 or insisting[key] == 0:
            return False
        return insisting[key] > 1 or insisting_sum[key] != w

    while len(done) < count:
        batch = []
        for p in dirty:
            key = step[p]
            if key < 0 or insisting[key] == 0:
                batch.extend(v for v in free_of[p] if not placed[v])
                free_of[p].clear()
            elif insisting[key] == 1:
                v = insisting_sum[key]
                if package_of[v] == p and pending[v] == 0:
                    batch.append(v)
        dirty.clear()
        batch.sort(key=lambda v: (number_of[v], v))
        if not batch:
            raise SystemExit("no order")
        stack = [iter(batch)]
        while stack:
            v = next(stack[-1], None)
            if v is None:
                stack.pop()
                continue
            done.append(v)
            placed[v] = True
            p, key = package_of[v], keys[v]
            step[p] = key
            dirty.add(p)
            for named in named_by[v]:
                insisting[named] -= 1
                insisting_sum[named] -= v
                owner = package_of_key[named]
                if step[owner] == named:
                    dirty.add(owner)
            unplaced[key] -= 1
            if unplaced[key]:
                continue
            released = []
            for w in users[key]:
                pending[w] -= 1
                if pending[w] == 0:
                    free_of[package_of[w]].append(w)
                    dirty.add(package_of[w])
                    released.append(w)
            followers = [w for w in released if not blocked(w)]
            if followers:
                stack.append(iter(followers))
    return done


def main():
    package_of, number_of, entries_of = history(*(int(argument) for argument in sys.argv[1:4]))
    started = time.process_time()
    done = order(package_of, number_of, entries_of)
    seconds = time.process_time() - started
    mixed = 0
    for v in done:
        mixed = (mixed * 31 + v) & 0xFFFFFFFF
    print(f"{seconds:.3f} {mixed}")


main()
