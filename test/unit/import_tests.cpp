// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/read_lineage.hpp>
#include <libeval/io/import.hpp>
#include <libeval/io/parse.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <string>

using namespace libeval;
using libeval::test::contains;

namespace {

struct Imported {
  Lineage lineage;
  Diagnostics problems;

  [[nodiscard]] const LineageNode& node(const std::string& id) const {
    const auto at = std::ranges::find(lineage.nodes, id, &LineageNode::id);
    INFO(id);
    REQUIRE(at != lineage.nodes.end());
    return *at;
  }
  /// `child kind parent level by`, one a line.
  [[nodiscard]] std::string derivations() const {
    std::string out;
    for (const Derivation& d : lineage.derivations)
      for (const EvidenceItem& item : d.evidence)
        out += d.child + " " + d.kind + " " + d.parent + " " + std::string(to_string(item.level)) +
               (item.by.empty() ? "" : " " + item.by) + "\n";
    return out;
  }
};

Imported import(const std::string& text, const std::string& model = "") {
  Imported out;
  const auto source = std::make_shared<SourceText>();
  source->name = "file";
  source->text = text;
  out.lineage = import_lineage(source, {std::nullopt, model}, out.problems);
  return out;
}

Imported good(const std::string& text, const std::string& model = "") {
  Imported out = import(text, model);
  INFO(text);
  for (const Diagnostic& problem : out.problems.all())
    if (problem.severity == Severity::error)
      FAIL(problem.message);
  Diagnostics names;
  check_lineage(out.lineage, names);
  CHECK(names.all().empty());
  // What is printed reads back as the same record.
  const std::string printed = lineage_yaml(out.lineage, "x");
  Diagnostics problems;
  const Lineage again = read_lineage(parse_text(printed, "lineage.yaml", problems), problems);
  INFO(printed);
  CHECK(problems.all().empty());
  CHECK(lineage_yaml(again, "x") == printed);
  return out;
}

std::string card(const std::string& front) {
  return "---\n" + front + "---\n# Words\nbase_model: not-here\n";
}

std::string license_of(const std::string& front) {
  const Imported out = good(card(front), "acme/m");
  const auto& claims = out.node("acme/m").licenses;
  REQUIRE(claims.size() == 1);
  return claims[0].expression;
}

void refused(const std::string& text, const std::string& message, const std::string& model = "") {
  const Imported out = import(text, model);
  INFO(text.substr(0, 200));
  REQUIRE(out.problems.has_errors());
  CHECK_THAT(out.problems.all().front().message, contains(message));
}

void warned(const Imported& out, const std::string& message) {
  REQUIRE(out.problems.warnings() > 0);
  CHECK_THAT(out.problems.all().front().message, contains(message));
}

} // namespace

TEST_CASE("model card: a relation that is written is declared by the owner of the model") {
  const Imported out = good(card("license: apache-2.0\nbase_model: lab/base\n"
                                 "base_model_relation: quantized\ndatasets: [lab/data]\n"),
                            "acme/m");
  CHECK(out.derivations() == "acme/m quantized_from lab/base self_declared acme\n"
                             "acme/m trained_on lab/data self_declared acme\n");
  CHECK(out.lineage.derivations[0].carries == Carriers{Carrier::weights});
  CHECK(out.node("acme/m").licenses[0].expression == "Apache-2.0");
  CHECK(out.node("acme/m").owners[0].party == "acme");
  CHECK(out.node("acme/m").owners[0].evidence[0].level == Level::inferred);
  CHECK(out.node("lab/data").kind == NodeKind::dataset);
  CHECK(out.problems.all().empty());
}

TEST_CASE("model card: a relation that the Hub would infer is only inferred") {
  CHECK(good(card("base_model: lab/base\n"), "acme/m").derivations() ==
        "acme/m fine_tuned_from lab/base inferred\n");
  CHECK(good(card("base_model: [lab/a, lab/b]\n"), "acme/m").derivations() ==
        "acme/m merged_from lab/a inferred\nacme/m merged_from lab/b inferred\n");
  const Imported odd = good(card("base_model: lab/base\nbase_model_relation: tuned\n"), "acme/m");
  CHECK(odd.derivations() == "acme/m fine_tuned_from lab/base inferred\n");
  warned(odd, "unknown relation `tuned`");
}

TEST_CASE("model card: a parent named seven times is one parent, and its number is kept") {
  // As on the card of Meta-Llama-3-120B-Instruct, a merge of a model with itself.
  std::string front = "base_model:\n";
  for (int i = 0; i < 7; ++i)
    front += "- meta-llama/Meta-Llama-3-70B-Instruct\n";
  const Imported out = good(card(front + "base_model_relation: merge\n"), "acme/120b");
  REQUIRE(out.lineage.derivations.size() == 1);
  CHECK(out.lineage.derivations[0].kind == "merged_from");
  CHECK_THAT(out.lineage.derivations[0].evidence[0].statement, contains("named 7 times"));
}

TEST_CASE("model card: a family of licenses is no license") {
  for (const char* tag : {"other", "unknown", "gpl", "lgpl", "cc", "bsd", "openrail", "GPL"}) {
    const Imported out = good(card(std::string("license: ") + tag + "\n"), "acme/m");
    CHECK(out.node("acme/m").licenses[0].expression == "NOASSERTION");
    warned(out, "is no license but a family");
  }
  CHECK(
      good(card("license: [mit, apache-2.0]\n"), "acme/m").node("acme/m").licenses[0].expression ==
      "NOASSERTION");
}

TEST_CASE("model card: licenses by their tags and names") {
  CHECK(license_of("license: mit\n") == "MIT");
  CHECK(license_of("license: cc-by-nc-4.0\n") == "CC-BY-NC-4.0");
  CHECK(license_of("license: odc-by\n") == "ODC-By-1.0");
  CHECK(license_of("license: llama3.1\n") == "LicenseRef-scancode-llama-3.1-license-2024");
  CHECK(license_of("license: gemma\n") == "LicenseRef-scancode-gemma-tou-2024-04-01");
  CHECK(license_of("license: other\nlicense_name: qwen-research\n") ==
        "LicenseRef-qwen-research-2024");
  CHECK(license_of("license: other\nlicense_name: our license, v2\n") ==
        "LicenseRef-our-license--v2");
  CHECK(license_of("license: apple-amlr\n") == "LicenseRef-apple-amlr");
  CHECK(license_of("license: other\nlicense_name: Apache License 2.0\n") == "Apache-2.0");
  // One name for the licenses of several versions.
  CHECK(license_of("license: other\nlicense_name: exaone\n") == "NOASSERTION");
  CHECK(good(card("license: other\nlicense_name: 한글\n"), "a/m")
            .node("a/m")
            .licenses[0]
            .expression == "NOASSERTION");
}

TEST_CASE("model card: what else stands in the front matter is not in the way") {
  const Imported out = good(card("tags: &x [a, a]\nmodel-index:\n- name: m\n  results:\n  - value: "
                                 ".nan\n    base_model: inner\nbase_model: lab/base\r\nwidget:\n"
                                 "- text: \"---\"\n  base_model: 012\nlicense: mit\n"),
                            "acme/m");
  CHECK(out.derivations() == "acme/m fine_tuned_from lab/base inferred\n");
}

TEST_CASE("model card: keys in quotes, in braces, moved in, and in their long form are read") {
  for (const char* front :
       {"\"base_model\": lab/base\n'license': mit\n", "{base_model: lab/base, license: mit}\n",
        "  base_model: lab/base\n  tags:\n  - license: x\n  license: mit\n",
        "# first\n? base_model\n: lab/base\n? license\n: mit\n",
        "base_model : lab/base\n\"license\" : mit\n",
        "{\n  'base_model': lab/base,\n  license: mit\n}\n"}) {
    INFO(front);
    const Imported out = good(card(front), "acme/m");
    CHECK(out.derivations() == "acme/m fine_tuned_from lab/base inferred\n");
    CHECK(out.node("acme/m").licenses.at(0).expression == "MIT");
    CHECK(out.problems.all().empty());
  }
}

TEST_CASE("model card: what has another shape than a text is said") {
  for (const char* front : {"base_model: {name: lab/base}\n", "base_model: [{name: lab/base}]\n",
                            "datasets: [{name: lab/d}]\n", "license: {name: mit}\n"}) {
    const Imported out = good(card(front), "acme/m");
    CHECK(out.lineage.derivations.empty());
    warned(out, "is no text here");
  }
  CHECK(good(card("base_model: lab/base\nbase_model_relation: [quantized]\n"), "acme/m")
            .derivations() == "acme/m quantized_from lab/base self_declared acme\n");
  warned(good(card("base_model: lab/base\nbase_model_relation: [merge, adapter]\n"), "acme/m"),
         "stands here several times");
  warned(good(card("license: null\n"), "acme/m"), "the card names no license");
}

TEST_CASE("model card: an address is no owner") {
  const Imported out = good(card("base_model:\n- https://huggingface.co/lab/base/tree/main\n"
                                 "- https://example.org/models/x\n- ./output/last\n- gpt2\n"
                                 "datasets: https://huggingface.co/datasets/lab/d\n"),
                            "acme/m");
  CHECK(out.node("lab/base").owners.at(0).party == "lab");
  CHECK(out.node("lab/d").owners.at(0).party == "lab");
  for (const char* id : {"https://example.org/models/x", "./output/last", "gpt2"})
    CHECK(out.node(id).owners.empty());
}

TEST_CASE("model card: places are those of the card") {
  const Imported out = import(card("tags: [x]\nlicense: mit\nbase_model: [a, b\n"), "acme/m");
  REQUIRE(out.problems.has_errors());
  CHECK(out.problems.all().front().where.line >= 4);
}

TEST_CASE("model card: a model without an owner in its name is nobody's") {
  const Imported out = good(card("base_model: base\nbase_model_relation: adapter\n"), "m");
  CHECK(out.derivations() == "m adapter_of base alleged\n");
  CHECK(out.node("m").owners.empty());
}

TEST_CASE("model card: what cannot be read is refused") {
  refused(card("license: mit\n"), "does not say whose it is");
  refused("---\nlicense: mit\n", "there is no front matter", "a/m");
  refused("# Words\n", "no format that can be imported", "a/m");
  refused("", "no format that can be imported", "a/m");
  const Imported self = good(card("base_model: a/m\n"), "a/m");
  CHECK(self.lineage.derivations.empty());
  warned(self, "its own base model");
}

namespace {

const char* const bom = R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
"metadata": {"timestamp": "2026-01-05T10:00:00Z", "supplier": {"name": "Acme Inc"},
 "component": {"type": "machine-learning-model", "bom-ref": "m", "group": "acme", "name": "chat",
  "version": "1", "supplier": {"name": "Acme Inc"}, "description": "\uD83E\uDD17",
  "hashes": [{"alg": "SHA-256", "content": "AB"}],
  "licenses": [{"license": {"id": "Apache-2.0", "acknowledgement": "concluded"}}],
  "evidence": {"licenses": [{"license": {"id": "MIT"}}]},
  "modelCard": {"modelParameters": {"datasets": [{"ref": "d"},
   {"type": "dataset", "name": "crawl", "contents": {"url": "https://example.org/crawl"}},
   {"type": "dataset", "name": "Training Data"}, {"ref": "nowhere"}]}},
  "components": [{"type": "machine-learning-model", "bom-ref": "enc", "name": "encoder",
   "pedigree": {"ancestors": [{"type": "machine-learning-model", "name": "VL",
     "purl": "pkg:huggingface/lab/VL-7B@abc"}],
    "descendants": [{"type": "machine-learning-model", "name": "tiny"}],
    "variants": [{"type": "machine-learning-model", "name": "twin"}]}}]}},
"components": [{"type": "data", "bom-ref": "d", "name": "own-data"}, {"type": "library", "name": "z"}],
"compositions": [{"aggregate": "incomplete", "assemblies": ["m"]},
 {"aggregate": "complete", "assemblies": ["enc"]}, {"aggregate": "unknown", "assemblies": ["d"]}]})";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("CycloneDX: pedigree, parts, data sets and licenses, for versions 1.5 to 1.7") {
  for (const char* version : {"1.5", "1.6", "1.7"}) {
    const Imported out = good(with(bom, "1.6", version));
    CHECK(out.derivations() == "acme/chat trained_on own-data self_declared Acme Inc\n"
                               "acme/chat trained_on https://example.org/crawl self_declared Acme "
                               "Inc\n"
                               "acme/chat trained_on acme/chat: Training Data self_declared Acme "
                               "Inc\n"
                               "acme/chat/encoder initialized_from lab/VL-7B self_declared Acme "
                               "Inc\n"
                               "tiny initialized_from acme/chat/encoder self_declared Acme Inc\n"
                               "acme/chat/encoder related_to twin self_declared Acme Inc\n");
    const LineageNode& encoder = out.node("acme/chat/encoder");
    CHECK(encoder.kind == NodeKind::weights);
    CHECK(encoder.part_of == "acme/chat");
    const LineageNode& chat = out.node("acme/chat");
    CHECK(chat.digests == std::vector<std::string>{"sha256:ab"});
    REQUIRE(chat.licenses.size() == 2);
    CHECK(chat.licenses[0].acknowledged == LicenseClaim::Acknowledged::concluded);
    CHECK(chat.licenses[1].acknowledged == LicenseClaim::Acknowledged::observed);
    CHECK(chat.owners[0].party == "Acme Inc");
    CHECK(out.node("lab/VL-7B").owners[0].party == "lab");
    CHECK(out.lineage.derivations[0].evidence[0].date == "2026-01-05");
    CHECK(std::ranges::find(out.lineage.nodes, "z", &LineageNode::id) == out.lineage.nodes.end());
    warned(out, "there is no component `nowhere`");
  }
}

TEST_CASE("CycloneDX: completeness of an assembly is a hint and does not cascade") {
  const Imported out = good(bom);
  REQUIRE(out.node("acme/chat").complete.size() == 1);
  CHECK_FALSE(out.node("acme/chat").complete[0].supports);
  CHECK(out.node("acme/chat").complete[0].level == Level::inferred);
  REQUIRE(out.node("acme/chat/encoder").complete.size() == 1);
  CHECK(out.node("acme/chat/encoder").complete[0].supports);
  CHECK(out.node("own-data").complete.empty());
}

TEST_CASE("CycloneDX: what nobody signs is alleged") {
  const Imported out = good(with(bom, R"("supplier": {"name": "Acme Inc"},)", R"("tools": [],)"));
  CHECK_THAT(out.derivations(), contains("acme/chat/encoder initialized_from lab/VL-7B alleged\n"));
}

TEST_CASE("CycloneDX: who describes what another supplies alleges it") {
  const std::string text = R"({"bomFormat": "CycloneDX", "specVersion": "1.6",
    "metadata": {WHO, "component": {"type": "machine-learning-model", "name": "m", "group": "acme",
    OWNER "pedigree": {"ancestors": [{"type": "machine-learning-model", "name": "base"}]}}}})";
  const auto stated = [&](const std::string& who, const std::string& owner) {
    return good(with(with(text, "WHO", who), "OWNER", owner)).derivations();
  };
  CHECK(stated(R"("authors": [{"name": "Scan"}])", R"("supplier": {"name": "Acme"},)") ==
        "acme/m initialized_from base alleged Scan\n");
  CHECK(stated(R"("authors": [{"name": "Scan"}])", "") ==
        "acme/m initialized_from base alleged Scan\n");
  CHECK(stated(R"("supplier": {"name": "Acme Inc"})", "") ==
        "acme/m initialized_from base self_declared Acme Inc\n");
  CHECK(stated(R"("authors": [{"name": "Acme"}])", R"("supplier": {"name": "Acme"},)") ==
        "acme/m initialized_from base self_declared Acme\n");
}

TEST_CASE("CycloneDX: a part of another supplier is that supplier's") {
  const auto owners = [](const std::string& more) {
    const Imported out = good(with(R"({"bomFormat": "CycloneDX", "specVersion": "1.6",
      "components": [{"type": "machine-learning-model", "name": "m", "group": "acme",
      "supplier": {"name": "Acme"}, "components": [{"type": "machine-learning-model", "name": "enc"
      PART}]}]})",
                                   "PART", more));
    const auto part = std::ranges::find(out.lineage.nodes, "acme/m", &LineageNode::part_of);
    REQUIRE(part != out.lineage.nodes.end());
    std::string found;
    for (const OwnerClaim& claim : part->owners)
      found += claim.party + " " + std::string(to_string(claim.evidence.at(0).level));
    return found;
  };
  CHECK(owners(R"(, "supplier": {"name": "Lab"})") == "Lab inferred");
  CHECK(owners(R"(, "group": "lab")") == "lab inferred");
  CHECK(owners(R"(, "group": "acme")").empty());
  CHECK(owners(R"(, "purl": "pkg:huggingface/acme-ai/enc")").empty()); // its model is on no hub
  CHECK(owners(R"(, "supplier": {"name": "Acme"})").empty());
  CHECK(owners(R"(, "author": "Kim")").empty()); // who wrote it may well be of the team
  CHECK(owners("").empty());
}

TEST_CASE("CycloneDX: several licenses without an expression are not known") {
  const std::string text = R"({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "machine-learning-model", "name": "m", "licenses": [LICENSES]}]})";
  const auto license = [&](const std::string& list) {
    const Imported out = good(with(text, "LICENSES", list));
    std::string found;
    for (const LicenseClaim& claim : out.node("m").licenses)
      found += (found.empty() ? "" : ", ") + claim.expression;
    return found;
  };
  CHECK(license(R"({"license": {"id": "MIT", "acknowledgement": "declared"}},
                   {"license": {"id": "ISC", "acknowledgement": "concluded"}})") == "MIT, ISC");
  CHECK(license(R"({"license": {"name": "Apache License 2.0"}})") == "Apache-2.0");
  CHECK(license(R"({"license": {"name": "BSD 3-Clause \"New\" or \"Revised\" License"}})") ==
        "BSD-3-Clause");
  CHECK(license(R"({"license": {"id": "MIT"}}, {"license": {"id": "ISC"}})") == "NOASSERTION");
  CHECK(license(R"({"expression": "MIT or ISC"})") == "MIT OR ISC");
  CHECK(license(R"({"expression": "MIT XOR ISC"})") == "NOASSERTION");
  CHECK(license(R"({"license": {"name": "Acme License 1.0"}})") == "LicenseRef-Acme-License-1.0");
}

TEST_CASE("CycloneDX: names on a hub without an owner, things without a version, oneself") {
  const Imported out = good(R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
    {"type": "machine-learning-model", "name": "gpt2", "purl": "pkg:huggingface/gpt2@11c5"},
    {"type": "machine-learning-model", "name": "m", "version": "2", "pedigree": {"ancestors": [
     {"type": "machine-learning-model", "name": "m"},
     {"type": "machine-learning-model", "name": "m", "version": "2"}]}},
    {"type": "data", "name": "d", "pedigree": {"ancestors": [
     {"type": "machine-learning-model", "name": "m", "version": "2"}]}}]})");
  CHECK(out.node("gpt2").owners.empty());
  CHECK(out.derivations() == "m initialized_from m (without a version) alleged\n"
                             "d trained_on_outputs_of m alleged\n");
  warned(out, "`m` would be derived from itself");
}

TEST_CASE("CycloneDX: what cannot be read is refused, and odd parts are no trouble") {
  refused(with(bom, "1.6", "1.2"), "no CycloneDX BOM of version");
  refused("{\"bomFormat\": \"CycloneDX\"}", "no CycloneDX BOM");
  refused("{\"bomFormat\": ", "");
  (void)good(R"({"bomFormat": "CycloneDX", "specVersion": "1.7", "components": 5,
    "metadata": {"component": [], "authors": [3]}, "compositions": {"a": 1}})");
  const Imported nameless = good(R"({"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [
    {"type": "machine-learning-model", "components": [{"type": "machine-learning-model",
    "name": "x", "pedigree": {"ancestors": [{"type": "library", "name": "l"}, 3]}}]}]})");
  warned(nameless, "a component has no name");
}

namespace {

// After example05 of the SPDX project's AI examples (CC0-1.0), shortened; with relationships that
// its examples do not have.
std::string spdx(const std::string& more) {
  return R"({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [
{"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "createdBy": ["x#org"],
 "created": "2024-11-01T00:00:00Z"},
{"type": "Organization", "spdxId": "x#org", "name": "Autonomous Systems Lab"},
{"type": "ai_AIPackage", "spdxId": "x#model", "name": "WarehouseDetect", "suppliedBy": "x#org",
 "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": "cd"}]},
{"type": "ai_AIPackage", "spdxId": "x#yolo", "name": "YOLOv8m"},
{"type": "dataset_DatasetPackage", "spdxId": "x#data", "name": "WarehouseSafety-Train"},
{"type": "simplelicensing_LicenseExpression", "spdxId": "x#l",
 "simplelicensing_licenseExpression": "LicenseRef-WarehouseDetect-Commercial"},
{"type": "Relationship", "spdxId": "x#1", "relationshipType": "trainedOn", "from": "x#model",
 "to": ["x#data"]},
{"type": "Relationship", "spdxId": "x#2", "relationshipType": "hasDeclaredLicense",
 "from": "x#model", "to": ["x#l"]},
{"type": "Relationship", "spdxId": "x#3", "relationshipType": "hasConcludedLicense",
 "from": "x#yolo", "to": ["https://spdx.org/licenses/AGPL-3.0-only"]}
)" + more +
         "]}";
}

std::string relation(const std::string& type, const std::string& from, const std::string& to,
                     const std::string& more = "") {
  return R"(,{"type": "Relationship", "spdxId": "x#r)" + type + R"(", "relationshipType": ")" +
         type + R"(", "from": ")" + from + R"(", "to": [")" + to + "\"]" + more + "}";
}

} // namespace

TEST_CASE("SPDX 3: packages, training data, licenses") {
  const Imported out = good(spdx(""));
  CHECK(out.derivations() == "WarehouseDetect trained_on WarehouseSafety-Train self_declared "
                             "Autonomous Systems Lab\n");
  const LineageNode& model = out.node("WarehouseDetect");
  CHECK(model.owners[0].party == "Autonomous Systems Lab");
  CHECK(model.digests == std::vector<std::string>{"sha256:cd"});
  REQUIRE(model.licenses.size() == 1);
  CHECK(model.licenses[0].expression == "LicenseRef-WarehouseDetect-Commercial");
  // "Declared" of SPDX 3 is what was found.
  CHECK(model.licenses[0].acknowledged == LicenseClaim::Acknowledged::observed);
  CHECK(out.node("YOLOv8m").licenses[0].expression == "AGPL-3.0-only");
  CHECK(out.node("YOLOv8m").licenses[0].acknowledged == LicenseClaim::Acknowledged::concluded);
  CHECK(out.problems.all().empty());
}

TEST_CASE("SPDX 3: which end of a relationship is the child") {
  const auto last = [](const std::string& type, const std::string& from, const std::string& to) {
    const Imported out = good(spdx(relation(type, from, to)));
    const Derivation& d = out.lineage.derivations.back();
    return d.child + " " + d.kind + " " + d.parent;
  };
  CHECK(last("descendantOf", "x#model", "x#yolo") == "WarehouseDetect initialized_from YOLOv8m");
  CHECK(last("ancestorOf", "x#yolo", "x#model") == "WarehouseDetect initialized_from YOLOv8m");
  CHECK(last("copiedTo", "x#yolo", "x#model") == "WarehouseDetect frozen_component YOLOv8m");
  CHECK(last("hasVariant", "x#model", "x#yolo") == "WarehouseDetect related_to YOLOv8m");
  CHECK(last("testedOn", "x#yolo", "x#data") == "YOLOv8m evaluated_on WarehouseSafety-Train");
  CHECK(last("finetunedOn", "x#yolo", "x#data") == "YOLOv8m finetuned_on WarehouseSafety-Train");
  CHECK(last("pretrainedOn", "x#yolo", "x#data") == "YOLOv8m pretrained_on WarehouseSafety-Train");
  CHECK(last("generates", "x#yolo", "x#data") ==
        "WarehouseSafety-Train trained_on_outputs_of YOLOv8m");
}

TEST_CASE("SPDX 3: completeness of ancestors is a declaration, silence is none") {
  const auto complete = [](const std::string& to, const std::string& more) {
    return good(spdx(relation("descendantOf", "x#model", to, more)))
        .node("WarehouseDetect")
        .complete;
  };
  CHECK(complete("x#yolo", "").empty());
  CHECK(complete("x#yolo", R"(, "completeness": "noAssertion")").empty());
  const auto all = complete("x#yolo", R"(, "completeness": "complete")");
  REQUIRE(all.size() == 1);
  CHECK(all[0].supports);
  CHECK(all[0].level == Level::self_declared);
  CHECK_FALSE(complete("x#yolo", R"(, "completeness": "incomplete")")[0].supports);
  CHECK(complete("https://spdx.org/rdf/3.0.1/terms/Core/NoneElement", "").size() == 1);
  CHECK(complete("https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement", "").empty());
}

TEST_CASE("SPDX 3: who created an element states what it says") {
  const std::string rival = R"(,{"type": "CreationInfo", "@id": "_:d", "createdBy": ["x#rival"],
    "created": "2026-02-07T00:00:00Z"}, {"type": "Organization", "spdxId": "x#rival",
    "name": "Rival"})";
  const auto by = [&](const std::string& info) {
    const Imported out = good(spdx(
        rival + relation("descendantOf", "x#model", "x#yolo", R"(, "creationInfo": )" + info)));
    const EvidenceItem& item = out.lineage.derivations.back().evidence.at(0);
    return std::string(to_string(item.level)) + ", " + item.by + ", " + item.date;
  };
  CHECK(by("\"_:d\"") == "alleged, Rival, 2026-02-07");
  CHECK(by("\"_:c\"") == "self_declared, Autonomous Systems Lab, 2024-11-01");
  CHECK(by(R"({"type": "CreationInfo", "createdBy": ["x#rival"], "created": "2026-02-08"})") ==
        "alleged, Rival, 2026-02-08");
  CHECK(by("\"_:nowhere\"") == "alleged, , ");
}

TEST_CASE("SPDX 3: what is descended from data is trained on it") {
  const Imported out = good(spdx(relation("descendantOf", "x#model", "x#data") +
                                 relation("ancestorOf", "x#yolo", "x#data") +
                                 relation("copiedTo", "x#data", "x#yolo")));
  CHECK_THAT(out.derivations(),
             contains("WarehouseDetect trained_on WarehouseSafety-Train self_declared"));
  CHECK_THAT(out.derivations(),
             contains("WarehouseSafety-Train trained_on_outputs_of YOLOv8m self_declared"));
  CHECK_THAT(out.derivations(), contains("YOLOv8m trained_on WarehouseSafety-Train self_declared"));
}

TEST_CASE("SPDX 3: ancestors of which one is not read are not all") {
  const auto complete = [](const std::string& to) {
    return good(spdx(relation("descendantOf", "x#model", "x#yolo\", \"" + to,
                              R"(, "completeness": "complete")")))
        .node("WarehouseDetect")
        .complete.size();
  };
  CHECK(complete("x#nowhere") == 0);
  CHECK(complete("https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement") == 0);
  CHECK(complete("x#yolo") == 1);
}

TEST_CASE("SPDX 3: no license, an open one, and listed ones by their names") {
  const auto license =
      [](const std::string& id) {
        return good(spdx(R"(,{"type": "expandedlicensing_ListedLicense", "spdxId": "x#mine",
      "name": "MIT"})" + relation("hasConcludedLicense", "x#model", id)))
            .node("WarehouseDetect")
            .licenses.at(1)
            .expression;
      };
  CHECK(license("https://spdx.org/rdf/3.0.1/terms/Licensing/None") == "NONE");
  CHECK(license("https://spdx.org/rdf/3.0.1/terms/Licensing/NoAssertion") == "NOASSERTION");
  CHECK(license("expandedlicensing_NoneLicense") == "NONE");
  CHECK(license("x#mine") == "MIT");
}

TEST_CASE("SPDX 3: a model inside a model is a group of its weights") {
  const Imported out = good(spdx(relation("contains", "x#model", "x#yolo")));
  CHECK(out.node("YOLOv8m").kind == NodeKind::weights);
  CHECK(out.node("YOLOv8m").part_of == "WarehouseDetect");
}

TEST_CASE("SPDX 3: what cannot be read is refused, what is not there is said") {
  refused("{\"@graph\": []}", "no SPDX 3 document");
  refused("{\"@graph\": 3, \"@context\": \"https://spdx.org/\"}", "no SPDX 3 document");
  warned(good(spdx(relation("trainedOn", "x#model", "x#nowhere"))), "there is no AI package");
  warned(good(spdx(relation("descendantOf", "x#model", "x#model"))), "derived from itself");
  warned(good(spdx(relation("hasDeclaredLicense", "x#model", "x#custom"))), "is not read");
}

TEST_CASE("import: two files that name the same thing make one record") {
  Imported out = good(card("base_model: lab/base\nbase_model_relation: finetune\n"), "acme/m");
  merge_lineage(out.lineage, good(card("license: gemma\n"), "lab/base").lineage);
  merge_lineage(out.lineage, good(card("base_model: lab/base\n"), "acme/m").lineage);
  CHECK(out.lineage.derivations.size() == 1);
  CHECK(out.derivations() == "acme/m fine_tuned_from lab/base self_declared acme\n"
                             "acme/m fine_tuned_from lab/base inferred\n");
  CHECK(out.node("lab/base").licenses.size() == 1);
  Diagnostics problems;
  check_lineage(out.lineage, problems);
  CHECK(problems.all().empty());
}
