// SPDX-License-Identifier: Apache-2.0
#include "domain/license_terms_table.hpp"

#include <utility>

namespace libeval {
namespace {

using Terms = std::vector<LicenseTerm>;

const Carriers weights = {Carrier::weights};
const Carriers outputs = {Carrier::behavior};
const Carriers either = {Carrier::weights, Carrier::behavior};
/// What is passed on as it is, or changed: programs, weights, vocabularies.
const Carriers copies = {Carrier::weights, Carrier::code, Carrier::tokenizer};
const Carriers data = {Carrier::data};
const Carriers content = {Carrier::data, Carrier::weights};
const Carriers program = {Carrier::code, Carrier::weights};

LicenseTerm term(Obligation kind, Carriers along, std::string clause, std::string reading) {
  return {kind, along, std::move(clause), std::move(reading), {}, {}};
}
LicenseTerm notice(Carriers along, std::string clause, std::string reading) {
  return term(Obligation::notice, along, std::move(clause), std::move(reading));
}
LicenseTerm naming(Carriers along, std::string clause, std::string prefix) {
  LicenseTerm out = term(Obligation::naming, along, std::move(clause),
                         "the name of a model that is made with it begins with \"" + prefix + "\"");
  out.prefix = std::move(prefix);
  return out;
}
LicenseTerm alike(Carriers along, std::string clause, std::string reading,
                  std::vector<std::string> accepts = {}) {
  LicenseTerm out = term(Obligation::share_alike, along, std::move(clause), std::move(reading));
  out.accepts = std::move(accepts);
  return out;
}
LicenseTerm flow_down(Carriers along, std::string clause, std::string reading) {
  return term(Obligation::flow_down, along, std::move(clause), std::move(reading));
}
LicenseTerm limit(std::string clause, std::string reading) {
  return term(Obligation::use_limit, either, std::move(clause), std::move(reading));
}
LicenseTerm not_commercial(Carriers along, std::string clause, std::string reading) {
  return term(Obligation::non_commercial, along, std::move(clause), std::move(reading));
}
LicenseTerm no_training(std::string clause, std::string reading,
                        std::vector<std::string> accepts = {}) {
  LicenseTerm out =
      term(Obligation::no_training_on_outputs, outputs, std::move(clause), std::move(reading));
  out.accepts = std::move(accepts);
  return out;
}

void add_permissive(std::vector<LicenseTerms>& all) {
  const auto add = [&](std::string id, std::string title, std::vector<std::string> also,
                       Terms terms) {
    const std::string source = "https://spdx.org/licenses/" + id;
    all.push_back({std::move(id), std::move(title), std::move(also), source, std::move(terms), {}});
  };
  add("Apache-2.0", "Apache License 2.0", {},
      {notice(copies, "4", "license text, notices of changes, retained notices, NOTICE file")});
  add("MIT", "MIT License", {},
      {notice(copies, "2nd paragraph", "copyright and permission notice")});
  add("BSD-2-Clause", "BSD 2-Clause", {},
      {notice(copies, "1, 2", "copyright notice, conditions and disclaimer")});
  add("BSD-3-Clause", "BSD 3-Clause", {},
      {notice(copies, "1, 2", "copyright notice, conditions and disclaimer")});
  add("ISC", "ISC License", {},
      {notice(copies, "1st paragraph", "copyright and permission notice")});
  add("OpenMDW-1.0", "OpenMDW License 1.0", {},
      {notice({Carrier::weights, Carrier::code, Carrier::tokenizer, Carrier::data}, "4th paragraph",
              "the agreement and all notices of origin; nothing is asked of outputs")});
  for (const char* id : {"0BSD", "MIT-0", "CC0-1.0", "Unlicense", "PDDL-1.0"})
    add(id, id, {}, {});
}

void add_content(std::vector<LicenseTerms>& all) {
  const LicenseTerm by =
      notice(content, "3(a)", "creator, notices, link to the license, whether it was changed");
  const LicenseTerm nc =
      not_commercial(content, "2(a)(1), 1", "for purposes not primarily commercial");
  const LicenseTerm nd = term(Obligation::no_derivatives, content, "2(a)(1)(B)",
                              "adapted material may be made, not shared");
  const LicenseTerm sa = alike(content, "3(b)", "adapted material under the same license",
                               {"LAL-1.3", "GPL-3.0-only", "GPL-3.0-or-later"});
  const LicenseTerm nc_sa = alike(content, "3(b)", "adapted material under the same license");
  const auto add = [&](const std::string& kind, Terms terms) {
    all.push_back({"CC-" + kind + "-4.0",
                   "Creative Commons " + kind + " 4.0 International",
                   {},
                   "https://spdx.org/licenses/CC-" + kind + "-4.0",
                   std::move(terms),
                   {}});
  };
  add("BY", {by});
  add("BY-SA", {by, sa});
  add("BY-NC", {by, nc});
  add("BY-ND", {by, nd});
  add("BY-NC-SA", {by, nc, nc_sa});
  add("BY-NC-ND", {by, nc, nd});
  all.push_back({"ODC-By-1.0",
                 "Open Data Commons Attribution License 1.0",
                 {"odc-by"},
                 "https://spdx.org/licenses/ODC-By-1.0",
                 {notice(data, "4.2, 4.3", "license and notices; a notice on what is produced")},
                 {}});
  all.push_back({"ODbL-1.0",
                 "Open Database License 1.0",
                 {"odbl"},
                 "https://spdx.org/licenses/ODbL-1.0",
                 {notice(data, "4.2, 4.3", "license and notices; a notice on what is produced"),
                  alike(data, "4.4", "derivative databases under the same license")},
                 {}});
  all.push_back({"CDLA-Permissive-2.0",
                 "Community Data License Agreement Permissive 2.0",
                 {},
                 "https://spdx.org/licenses/CDLA-Permissive-2.0",
                 {notice(data, "2", "the agreement with the data; nothing is asked of results")},
                 {}});
}

void add_copyleft(std::vector<LicenseTerms>& all) {
  struct Version {
    const char *number, *keep, *share;
  };
  const auto add = [&](const std::string& name, const std::string& title, const Version& version,
                       Carriers along, const std::string& reading,
                       const std::vector<std::string>& accepts) {
    for (const char* which : {"-only", "-or-later"}) {
      const std::string id = name + "-" + version.number + which;
      all.push_back(
          {id,
           title + " " + version.number + (std::string(which) == "-only" ? " only" : " or later"),
           {},
           "https://spdx.org/licenses/" + id,
           {notice(copies, version.keep, "license text and notices; source"),
            alike(along, version.share, reading, accepts)},
           {}});
    }
  };
  const std::string whole = "the work that contains it under the same license";
  add("GPL", "GNU General Public License", {"2.0", "1, 2, 3", "2(b)"}, program, whole, {});
  add("GPL", "GNU General Public License", {"3.0", "4, 5, 6", "5(c)"}, program, whole,
      {"AGPL-3.0-only", "AGPL-3.0-or-later"});
  add("AGPL", "GNU Affero General Public License", {"3.0", "4, 5, 6, 13", "5(c)"}, program, whole,
      {});
  const std::string library = "the library itself, changed or not, under the same license";
  add("LGPL", "GNU Lesser General Public License", {"2.1", "1, 2, 4, 6", "2"}, {Carrier::code},
      library, {"GPL-2.0-or-later"});
  add("LGPL", "GNU Lesser General Public License", {"3.0", "2, 3, 4", "2"}, {Carrier::code},
      library, {"GPL-3.0-or-later"});
  all.push_back({"MPL-2.0",
                 "Mozilla Public License 2.0",
                 {},
                 "https://spdx.org/licenses/MPL-2.0",
                 {notice({Carrier::code}, "3.1, 3.4", "license and notices of the covered files"),
                  alike({Carrier::code}, "3.1, 3.3", "covered files under the same license",
                        {"GPL-2.0-or-later", "LGPL-2.1-or-later", "AGPL-3.0-or-later"})},
                 {}});
}

void add_llama(std::vector<LicenseTerms>& all) {
  const std::string big = "more than 700 million monthly users need a license";
  all.push_back(
      {"LicenseRef-scancode-llama-2-license-2023",
       "Llama 2 Community License (18 July 2023)",
       {"llama2"},
       "https://github.com/meta-llama/llama/blob/main/LICENSE",
       {notice(weights, "1.b.i, 1.b.iii", "the agreement, and an attribution in a Notice file"),
        no_training("1.b.v",
                    "materials and outputs may not \"improve any other large language model "
                    "(excluding Llama 2 or derivative works thereof)\"",
                    {"LicenseRef-scancode-llama-2-license-2023"}),
        limit("2; 1.b.iv", big + "; acceptable use policy")},
       {}});
  all.push_back(
      {"LicenseRef-llama-3-license-2024",
       "Meta Llama 3 Community License (18 April 2024)",
       {"llama3"},
       "https://www.llama.com/llama3/license/",
       {notice(weights, "1.b.i, 1.b.iii",
               "the agreement, \"Built with Meta Llama 3\", and an attribution in a Notice file"),
        naming(weights, "1.b.i", "Llama 3"),
        no_training("1.b.v",
                    "materials and outputs may not \"improve any other large language model "
                    "(excluding Meta Llama 3 or derivative works thereof)\"",
                    {"LicenseRef-llama-3-license-2024"}),
        limit("2; 1.b.iv", big + "; acceptable use policy")},
       {}});
  struct Version {
    const char *id, *title, *also, *source;
  };
  for (const Version& v :
       {Version{"LicenseRef-scancode-llama-3.1-license-2024",
                "Llama 3.1 Community License (23 July 2024)", "llama3.1",
                "https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE"},
        Version{"LicenseRef-scancode-llama-3.2-license-2024",
                "Llama 3.2 Community License (25 September 2024)", "llama3.2",
                "https://github.com/meta-llama/llama-models/blob/main/models/llama3_2/LICENSE"},
        Version{"LicenseRef-scancode-llama-3.3-license-2024",
                "Llama 3.3 Community License (6 December 2024)", "llama3.3",
                "https://github.com/meta-llama/llama-models/blob/main/models/llama3_3/LICENSE"},
        Version{"LicenseRef-scancode-llama-4-cla-2025", "Llama 4 Community License (5 April 2025)",
                "llama4",
                "https://github.com/meta-llama/llama-models/blob/main/models/llama4/LICENSE"}})
    all.push_back(
        {v.id,
         v.title,
         {v.also},
         v.source,
         {notice(weights, "1.b.i, 1.b.iii",
                 "the agreement, \"Built with Llama\", and an attribution in a Notice file"),
          naming(either, "1.b.i", "Llama"), limit("2; 1.b.iv", big + "; acceptable use policy")},
         {}});
}

void add_rail(std::vector<LicenseTerms>& all) {
  struct Variant {
    const char *id, *title, *also, *source;
  };
  for (const Variant& v :
       {Variant{"LicenseRef-scancode-bigscience-open-rail-m",
                "BigScience Open RAIL-M (18 August 2022)", "bigscience-openrail-m",
                "https://www.licenses.ai/blog/2022/8/26/bigscience-open-rail-m-license"},
        Variant{"LicenseRef-scancode-stable-diffusion-2022-08-22",
                "CreativeML Open RAIL-M (22 August 2022)", "creativeml-openrail-m",
                "https://huggingface.co/spaces/CompVis/stable-diffusion-license"},
        Variant{"LicenseRef-scancode-bigscience-rail-1.0", "BigScience RAIL 1.0 (19 May 2022)",
                "bigscience-bloom-rail-1.0", "https://huggingface.co/spaces/bigscience/license"},
        Variant{"LicenseRef-scancode-deepseek-la-1.0",
                "DeepSeek License Agreement 1.0 (23 October 2023)", "deepseek",
                "https://github.com/deepseek-ai/DeepSeek-V3/blob/main/LICENSE-MODEL"}})
    all.push_back(
        {v.id,
         v.title,
         {v.also},
         v.source,
         {notice(either, "4", "a copy of the license, notices of changes, retained notices"),
          flow_down(either, "4, 5", "the restrictions on use, as an enforceable provision"),
          limit("5; attachment A", "restricted uses")},
         {}});
  // Models that were initialized by its outputs count as modifications (1.i).
  all.push_back(
      {"LicenseRef-scancode-bigcode-open-rail-m-v1",
       "BigCode Open RAIL-M v1",
       {"bigcode-openrail-m"},
       "https://huggingface.co/spaces/bigcode/bigcode-model-license-agreement",
       {notice(either, "5.2", "a copy of the license, the documentation, retained notices"),
        flow_down(either, "5.1", "the conditions and restrictions on use, or such as do the same"),
        limit("4; attachment A; 7", "restricted uses; use may be restricted remotely")},
       {}});
}

void add_models(std::vector<LicenseTerms>& all) {
  all.push_back(
      {"LicenseRef-scancode-gemma-tou-2024-04-01",
       "Gemma Terms of Use (1 April 2024)",
       {"gemma"},
       "https://ai.google.dev/gemma/terms",
       {notice(either, "3.1", "the agreement, notices of changes, a Notice file"),
        flow_down(either, "3.1(1)", "the restrictions on use, as an enforceable provision"),
        limit("3.2", "prohibited uses; use may be restricted remotely")},
       {}});
  all.push_back(
      {"LicenseRef-scancode-tongyi-qianwen-2023",
       "Tongyi Qianwen License Agreement (3 August 2023)",
       {"tongyi-qianwen", "tongyi-qianwen-license-agreement"},
       "https://github.com/QwenLM/Qwen/blob/main/Tongyi%20Qianwen%20LICENSE%20AGREEMENT",
       {notice(weights, "3", "the agreement, notices of changes, an attribution in a Notice file"),
        no_training("5.b",
                    "materials and outputs may not \"improve any other large language model "
                    "(excluding Tongyi Qianwen or derivative works thereof)\"",
                    {"LicenseRef-scancode-tongyi-qianwen-2023"}),
        limit("4", "more than 100 million monthly users need a license")},
       {}});
  all.push_back(
      {"LicenseRef-qwen-license-2024",
       "Qwen License Agreement (19 September 2024)",
       {"qwen"},
       "https://huggingface.co/Qwen/Qwen2.5-72B-Instruct/blob/main/LICENSE",
       {notice(weights, "3", "the agreement, notices of changes, an attribution in a Notice file"),
        notice(either, "5.b",
               "\"Built with Qwen\" or \"Improved using Qwen\" in the documentation"),
        limit("4", "more than 100 million monthly users need a license")},
       {}});
  all.push_back(
      {"LicenseRef-qwen-research-2024",
       "Qwen Research License Agreement (19 September 2024)",
       {"qwen-research"},
       "https://huggingface.co/Qwen/Qwen2.5-3B-Instruct/blob/main/LICENSE",
       {notice(weights, "3", "the agreement, notices of changes, an attribution in a Notice file"),
        notice(either, "4.b",
               "\"Built with Qwen\" or \"Improved using Qwen\" in the documentation"),
        not_commercial(either, "2", "for purposes that are not commercial")},
       {}});
  all.push_back(
      {"LicenseRef-scancode-exaone-ai-model-1.1-nc",
       "EXAONE AI Model License Agreement 1.1 - NC",
       {}, // what hubs call `exaone` is this one and later ones
       "https://huggingface.co/LGAI-EXAONE/EXAONE-Deep-32B/blob/main/LICENSE",
       {notice(weights, "2.1(d), 4.3", "a copy of the agreement; attribution in publications"),
        naming(weights, "2.1(c)", "EXAONE"),
        not_commercial(either, "2.1, 3.1", "model, derivatives and outputs for research alone"),
        no_training("3.1",
                    "model, derivatives and outputs may not develop or improve other models"),
        limit("4.2", "outputs belong to the licensor")},
       {}});
  all.push_back(
      {"LicenseRef-scancode-hyperclova-x-seed-2025",
       "HyperCLOVA X SEED Model License Agreement (24 April 2025)",
       {"hyperclovax-seed"},
       "https://huggingface.co/naver-hyperclovax/HyperCLOVAX-SEED-Vision-Instruct-3B/blob/main/"
       "LICENSE",
       {notice(either, "3.1(ii) to 3.1(v)",
               "the agreement, notices of changes, a Notice file, \"Powered by HyperCLOVA X\""),
        naming(either, "3.1", "HyperCLOVA X"),
        flow_down(either, "3.1(i)", "the prohibited uses, as an enforceable provision"),
        limit("4", "more than 10 million monthly users, and competitors, need a license")},
       {}});
  all.push_back({"LicenseRef-kimi-k2-modified-mit",
                 "Modified MIT License of Kimi K2 (2025)",
                 {},
                 "https://github.com/MoonshotAI/Kimi-K2/blob/main/LICENSE",
                 {notice(copies, "2nd paragraph", "copyright and permission notice"),
                  limit("last paragraph", "very large commercial products display \"Kimi K2\"")},
                 {}});
}

} // namespace

std::vector<LicenseTerms> terms_table() {
  std::vector<LicenseTerms> all;
  add_permissive(all);
  add_content(all);
  add_copyleft(all);
  add_llama(all);
  add_rail(all);
  add_models(all);
  return all;
}

} // namespace libeval
