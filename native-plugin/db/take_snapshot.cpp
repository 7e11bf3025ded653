#include "native-plugin/db/take_snapshot.hpp"

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

}  // namespace backstay::db
