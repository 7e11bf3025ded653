// The document "backstay.environment/1" (core/deploy/environment.md) of a live database.
#pragma once

#include <string>
#include <vector>

#include "core/schema/snapshot.hpp"

namespace backstay::schema {

// What is asked for the packages of a vendor's system; the columns are named in `as`.
struct EnvironmentQuery {
  enum class Of : std::uint8_t { packages, origam_versions } of = Of::packages;
  std::string sql;
  std::vector<std::string> as;  // "id", "name", "version", "maintainer", "modified": members of the document
};

// Those whose tables are there: Creatio's SysPackage, ORIGAM's OrigamModelVersion or its older AsapModelVersion.
std::vector<EnvironmentQuery> environment_queries(const Snapshot& snapshot);

struct EnvironmentAnswer {
  EnvironmentQuery query;
  db::Rows rows;
};

// Always valid against environment.schema.json. `database` also holds the digests of the snapshot.
std::string environment_json(const Snapshot& snapshot, const std::vector<EnvironmentAnswer>& answers);

}  // namespace backstay::schema
