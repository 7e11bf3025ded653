#include "native-plugin/db/take_snapshot.hpp"

#include "core/schema/environment_document.hpp"

namespace backstay::db {

DbResult<schema::Snapshot> take_snapshot(Driver& driver, bool with_data, const apply::DigestFunction& digest) {
  const ServerInfo& info = driver.info();
  auto catalogue = driver.query(schema::catalogue_query(info.engine));
  if (!catalogue.ok()) return catalogue.error();
  schema::Snapshot snapshot = schema::read_catalogue(catalogue.value(), info.engine, info.product, digest);
  if (!with_data) return snapshot;
  for (const std::string& sql : schema::data_queries(snapshot)) {
    auto rows = driver.query(sql);
    if (!rows.ok()) return rows.error();
    schema::add_data(snapshot, rows.value());
  }
  schema::finish_data(snapshot, digest);
  return snapshot;
}

DbResult<std::string> describe_environment(Driver& driver, bool with_data, const apply::DigestFunction& digest) {
  auto snapshot = take_snapshot(driver, with_data, digest);
  if (!snapshot.ok()) return snapshot.error();
  std::vector<schema::EnvironmentAnswer> answers;
  for (schema::EnvironmentQuery& query : schema::environment_queries(snapshot.value())) {
    auto rows = driver.query(query.sql);
    if (!rows.ok()) return rows.error();
    answers.push_back({std::move(query), std::move(rows.value())});
  }
  return schema::environment_json(snapshot.value(), answers);
}

}  // namespace backstay::db
