#pragma once

// Words that the splitter or the recogniser asks for by number, in any dialect. A word that is not
// here is a name. X(word) each, in alphabetical order.
#define BACKSTAY_SQL_KEYWORDS(X) \
  X(abort) X(absent) X(access) X(account) X(action) X(add) X(admin) X(after) X(aggregate) \
  X(alias) X(all) X(alter) X(always) X(analyse) X(analytic) X(analyze) X(and) X(any) X(append) \
  X(application) X(apply) X(archive) X(array) X(as) X(asc) X(assembly) X(assert) X(associate) \
  X(asymmetric) X(asynchronous) X(at) X(atomic) X(attach) X(attribute) X(audit) X(authid) \
  X(authorization) X(auto) X(autonomous_transaction) X(availability) X(backup) X(badfile) \
  X(batch) X(before) X(begin) X(between) X(bigfile) X(binary) X(bitmap) X(block) X(blockchain) \
  X(body) X(both) X(break) X(broker) X(browse) X(buffer) X(bulk) X(by) X(bypass) X(byte) X(cache) \
  X(call) X(caller) X(cascade) X(case) X(cast) X(catalog) X(catch) X(certificate) X(chain) \
  X(change) X(char) X(character) X(characteristics) X(check) X(checkpoint) X(class) X(clear) \
  X(close) X(cluster) X(clustered) X(coalesce) X(collate) X(collation) X(collect) X(column) \
  X(columns) X(columnstore) X(comment) X(commit) X(committed) X(compile) X(component) X(compound) \
  X(compute) X(concurrently) X(configuration) X(conflict) X(connect) X(constraint) X(constraints) \
  X(contains) X(context) X(continue) X(contract) X(controlfile) X(conversation) X(conversion) \
  X(copy) X(cost) X(counter) X(cover) X(create) X(credential) X(cross) X(cryptographic) X(csv) \
  X(cube) X(current) X(cursor) X(cycle) X(data) X(database) X(databases) X(datafile) X(datatype) \
  X(date) X(dbcc) X(dbms_output) X(dbms_sql) X(deallocate) X(debug) X(declare) X(decrypt) \
  X(default) X(deferrable) X(deferred) X(define) X(definer) X(delay) X(delete) X(deny) \
  X(dependent) X(desc) X(describe) X(detach) X(deterministic) X(diagnostics) X(dialog) \
  X(dictionary) X(dimension) X(directory) X(disable) X(disassociate) X(discard) X(disconnect) \
  X(diskgroup) X(distinct) X(distributed) X(do) X(domain) X(drop) X(dump) X(duplicated) \
  X(dynamic) X(each) X(edition) X(editionable) X(editioning) X(else) X(elseif) X(elsewhere) \
  X(elsif) X(enable) X(encrypt) X(encryption) X(end) X(endif) X(endpoint) X(enforced) X(enum) \
  X(error) X(errors) X(escape) X(event) X(except) X(exception) X(exceptions) X(exchange) \
  X(exclude) X(exclusive) X(exec) X(execute) X(exists) X(exit) X(explain) X(extended) \
  X(extension) X(extent) X(external) X(false) X(family) X(federation) X(fetch) X(file) \
  X(filegroup) X(filter) X(first) X(flashback) X(float) X(following) X(for) X(forall) X(force) \
  X(foreach) X(foreign) X(forward) X(found) X(freelist) X(freeze) X(from) X(full) X(fulltext) \
  X(function) X(functions) X(generated) X(get) X(global) X(go) X(goto) X(grant) X(group) \
  X(groups) X(handler) X(hash) X(having) X(header) X(heap) X(hidden) X(hierarchy) X(hint) \
  X(holdlock) X(host) X(hybrid) X(identified) X(identity) X(if) X(ignore) X(ilike) X(immediate) \
  X(immutable) X(import) X(in) X(include) X(including) X(inconsistency) X(increment) X(index) \
  X(indexes) X(indextype) X(inherit) X(inherits) X(initially) X(inmemory) X(inner) X(inout) \
  X(input) X(insensitive) X(insert) X(instance) X(instead) X(int) X(integer) X(intersect) \
  X(interval) X(into) X(invisible) X(invoker) X(is) X(isnull) X(isolation) X(java) X(job) X(join) \
  X(json) X(keep) X(key) X(kill) X(label) X(language) X(large) X(last) X(lateral) X(leakproof) \
  X(left) X(legacy_force) X(less) X(level) X(library) X(like) X(limit) X(lineno) X(link) X(list) \
  X(listen) X(load) X(lob) X(local) X(locale) X(location) X(lock) X(lockdown) X(locked) X(log) \
  X(logged) X(logging) X(login) X(logon) X(loop) X(maintain) X(maintenance) X(mapping) X(masked) \
  X(master) X(match) X(matched) X(materialized) X(maxvalue) X(measure) X(member) X(merge) \
  X(message) X(method) X(mining) X(minus) X(minvalue) X(mode) X(model) X(modify) X(move) \
  X(multivalue) X(name) X(names) X(national) X(natural) X(navigation) X(new) X(next) X(no) \
  X(noaudit) X(nocheck) X(nocompress) X(nocopy) X(nocycle) X(noforce) X(noinline) X(nologging) \
  X(nonclustered) X(none) X(noneditionable) X(noorder) X(noreseed) X(not) X(nothing) \
  X(notification) X(notify) X(notnull) X(novalidate) X(nowait) X(null) X(nulls) X(number) \
  X(object) X(of) X(off) X(offline) X(offset) X(oid) X(old) X(on) X(once) X(online) X(only) \
  X(open) X(opendatasource) X(openjson) X(openquery) X(openrowset) X(openxml) X(operator) \
  X(option) X(options) X(or) X(order) X(ordinality) X(organization) X(others) X(out) X(outer) \
  X(outline) X(output) X(over) X(overlaps) X(overriding) X(own) X(owned) X(owner) X(package) \
  X(packages) X(parallel) X(parameter) X(parameters) X(parser) X(partial) X(partition) \
  X(partitions) X(passing) X(password) X(path) X(percent) X(perform) X(period) X(persisted) \
  X(persistent) X(pfile) X(pipe) X(pivot) X(plan) X(plans) X(pluggable) X(policy) X(pragma) \
  X(preceding) X(prepare) X(prepared) X(preserve) X(primary) X(print) X(prior) X(private) \
  X(privileges) X(proc) X(procedural) X(procedure) X(procedures) X(profile) X(program) X(public) \
  X(publication) X(purge) X(queue) X(quota) X(quoted_identifier) X(raise) \
  X(raise_application_error) X(raiserror) X(range) X(raw) X(read) X(readtext) X(real) X(reassign) \
  X(rebuild) X(receive) X(recheck) X(reconfigure) X(record) X(recover) X(recursive) X(recyclebin) \
  X(ref) X(references) X(referencing) X(refresh) X(reindex) X(reject) X(relation) X(relative) \
  X(release) X(remote) X(remove) X(rename) X(reorganize) X(repeat) X(repeatable) X(replace) \
  X(replica) X(replication) X(reseed) X(reset) X(resource) X(restart) X(restore) X(restrict) \
  X(resume) X(return) X(returning) X(returns) X(reuse) X(reverse) X(revert) X(revoke) X(right) \
  X(role) X(rollback) X(rollup) X(root) X(route) X(routine) X(routines) X(row) X(rowcount) \
  X(rowguidcol) X(rows) X(rowtype) X(rule) X(run) X(sample) X(save) X(savepoint) X(scan) \
  X(schema) X(schemabinding) X(schemas) X(scheme) X(scoped) X(scroll) X(search) X(security) \
  X(segment) X(select) X(self) X(semantickeyphrasetable) X(send) X(sensitivity) X(sequence) \
  X(sequences) X(server) X(serveroutput) X(service) X(session) X(set) X(setof) X(sets) \
  X(settings) X(setuser) X(sharded) X(shards) X(share) X(shared) X(show) X(shrink) X(shutdown) \
  X(siblings) X(signature) X(simple) X(size) X(skip) X(smallfile) X(snapshot) X(some) X(source) \
  X(sparse) X(spatial) X(specification) X(spfile) X(split) X(spool) X(sql) X(stable) \
  X(standalone) X(start) X(statement) X(statement_id) X(static) X(statistics) X(stdin) X(stdout) \
  X(step) X(storage) X(store) X(stored) X(straight) X(stream) X(strict) X(strip) X(subpartition) \
  X(subpartitions) X(subscription) X(subtype) X(supplemental) X(support) X(switch) X(symmetric) \
  X(synonym) X(sysdate) X(system) X(system_user) X(system_versioning) X(table) X(tables) \
  X(tablesample) X(tablespace) X(tag) X(temp) X(temporary) X(text) X(textimage_on) X(then) \
  X(throw) X(ties) X(time) X(timestamp) X(timing) X(to) X(top) X(trailing) X(tran) X(transaction) \
  X(transform) X(transforms) X(trigger) X(triggers) X(true) X(truncate) X(trusted) X(try) X(type) \
  X(types) X(unbounded) X(uncommitted) X(undefine) X(under) X(undo) X(union) X(unique) X(unknown) \
  X(unlimited) X(unlisten) X(unlock) X(unlogged) X(unpivot) X(unprotected) X(until) X(unusable) \
  X(unused) X(update) X(updatetext) X(upgrade) X(usage) X(use) X(user) X(users) X(using) \
  X(vacuum) X(valid) X(validate) X(validation) X(validator) X(value) X(values) X(varchar) \
  X(variable) X(variadic) X(varray) X(vector) X(verbose) X(version) X(versions) X(view) X(views) \
  X(visible) X(volatile) X(wait) X(waitfor) X(when) X(whenever) X(where) X(while) X(window) \
  X(with) X(within) X(without) X(work) X(workload) X(wrapper) X(write) X(writetext) X(xml) \
  X(xmlschema) X(yes) X(zone)
