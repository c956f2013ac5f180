// SPDX-License-Identifier: Apache-2.0
#include "io/sha256.hpp"
#include "support/catch.hpp"
#include "support/temporary.hpp"

#include <libeval/io/policy_report.hpp>

using namespace libeval;
using namespace libeval::test;

namespace {

std::string of(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hex();
}

} // namespace

TEST_CASE("SHA-256 as in FIPS 180-4, of bytes and of files") {
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(of("abc") == abc);
  CHECK(of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  const std::string million(1000000, 'a');
  const std::string of_million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
  CHECK(of(million) == of_million);
  const TemporaryFolder files;
  files.write("a.yaml", "abc");
  files.write("b.yaml", million);
  files.write("program.yaml", "");
  PolicyFile policy;
  policy.file = "a.yaml";
  policy.lineage_files = {{"b.yaml", {}, {}, {}}, {"a.yaml", {}, {}, {}}};
  for (const std::string& bundle :
       {files.path().string(), (files.path() / "program.yaml").string()}) {
    const auto digests = digests_of(policy, bundle);
    REQUIRE(digests.size() == 2); // a file is named once
    CHECK(digests[0].file == "a.yaml");
    CHECK(digests[0].sha256 == abc);
    CHECK(digests[1].sha256 == of_million);
  }
  policy.lineage_files[0].file = "gone.yaml";
  CHECK(digests_of(policy, files.path().string()).empty());
}
