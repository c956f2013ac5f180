// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/tree.hpp>
#include <libeval/io/import.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace libeval {

// The readers behind import_lineage, one for each format.
[[nodiscard]] Lineage import_model_card(const std::shared_ptr<const SourceText>& source,
                                        const std::string& model, Diagnostics& diagnostics);
[[nodiscard]] Lineage import_cyclonedx(const std::shared_ptr<const SourceText>& source,
                                       Diagnostics& diagnostics);
[[nodiscard]] Lineage import_spdx(const std::shared_ptr<const SourceText>& source,
                                  Diagnostics& diagnostics);

/// A text, number or flag under `key`, as text; empty if there is none.
[[nodiscard]] std::string import_text(const Tree& tree, std::string_view key);

/// The texts under `key`: a list of them, or one.
[[nodiscard]] std::vector<std::pair<std::string, Where>> import_texts(const Tree& tree,
                                                                      std::string_view key);

/// The first ten characters of a time, if they are a day; else empty.
[[nodiscard]] std::string day_of(std::string_view time);

/// A license as a format names it (an id, a tag of a hub, a free name), as an expression:
/// what nobody can know from the name is `NOASSERTION`, an unlisted name `LicenseRef-...`.
[[nodiscard]] std::string license_by_name(std::string_view name);

/// An expression if it is one under grammar 3.1; else `NOASSERTION`, and a warning.
[[nodiscard]] std::string license_by_expression(std::string_view text, const Where& where,
                                                Diagnostics& diagnostics);

/// `pkg:huggingface/owner/name@...` as `owner/name`; empty for other package URLs.
[[nodiscard]] std::string hub_name(std::string_view package_url);

/// `https://huggingface.co/owner/name` as `owner/name`; other texts as they are.
[[nodiscard]] std::string hub_id(std::string_view text);

/// The owner of a name on a hub, `owner/name`; empty for other texts (addresses, paths).
[[nodiscard]] std::string hub_owner(std::string_view id);

/// The kind of a derivation of which a file says only that something came from something: between
/// models `between_models`, from data or to data what data can be.
[[nodiscard]] std::string kind_between(NodeKind child, NodeKind parent,
                                       std::string_view between_models);

/// Builds a record: things by id, each once, and statements with their source.
class ImportRecord {
public:
  ImportRecord(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  /// Who states what the file says, the id of a party; empty: nobody signs it.
  void signed_by(std::string party) { author_ = std::move(party); }
  [[nodiscard]] const std::string& author() const { return author_; }
  void dated(std::string day) { date_ = std::move(day); }

  /// A thing of that id, made if it is new; where the id is one of another kind, it becomes
  /// `id (kind)`. The reference holds until the next call.
  LineageNode& node(const std::string& id, NodeKind kind, const Where& where);
  /// The id of the party of that name, made if it is new; empty for no name.
  std::string party(const std::string& name, const Where& where);
  /// That a party owns a thing, as far as its name or a field of the file tells. The first counts.
  void owner(const std::string& id, const std::string& party, const std::string& why,
             const Where& where);

  /// The file says so of a thing: self-declared by whoever signs it, unless the file names another
  /// owner of the thing or of its whole; then, or where nobody signs, alleged.
  [[nodiscard]] EvidenceItem stated(const std::string& about, const std::string& statement,
                                    const Where& where) const;
  /// The file does not say so, it only follows from how such files are meant.
  [[nodiscard]] EvidenceItem inferred(const std::string& statement, const Where& where) const;

  /// A derivation; one that is there already gets the evidence too. From itself: left
  /// out with a warning.
  void derive(const std::string& child, const std::string& parent, const std::string& kind,
              EvidenceItem evidence, const Where& where);

  /// The thing of an id that `node` gave. The reference holds until the next call of `node`.
  [[nodiscard]] LineageNode& at(const std::string& id) { return lineage_.nodes[position_.at(id)]; }
  [[nodiscard]] const LineageNode& at(const std::string& id) const {
    return lineage_.nodes[position_.at(id)];
  }

  [[nodiscard]] Lineage take() { return std::move(lineage_); }

private:
  std::shared_ptr<const SourceText> source_;
  Diagnostics& diagnostics_;
  std::string author_, date_;
  Lineage lineage_;
  std::map<std::string, std::size_t> position_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> derivations_;
};

} // namespace libeval
