// SPDX-License-Identifier: Apache-2.0
#include "io/mend.hpp"

#include "domain/respell.hpp"
#include "io/published.hpp"

#include <libeval/domain/language.hpp>
#include <libeval/domain/written_numbers.hpp>

#include <algorithm>
#include <initializer_list>
#include <tuple>
#include <utility>

namespace libeval {
namespace {

bool fits(const Tree& tree, const Type& type) {
  Diagnostics unheard;
  return validate(tree, type, language(), unheard);
}

bool fits(const Tree& tree, const char* shape) {
  return fits(tree, type::object(shape));
}

const Type& type_of(const char* shape, const char* key) {
  return language().at(shape).find(key)->type;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

std::string last_word(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

class Mender {
public:
  Mender(const Diagnostics& found, Unread& unread) : unread_(unread) {
    for (const Diagnostic& one : found.all())
      if (one.severity == Severity::error && one.where.line > 0)
        wrong_.insert(key_of(one.where));
  }

  Tree program(const Tree& rules) {
    if (!rules.is_map())
      return {};
    const Shape& shape = language().at("program");
    unread_.all_evidence = rules.find("evidence") == nullptr &&
                           std::ranges::any_of(rules.map(), [&](const Entry& entry) {
                             return shape.find(entry.key) == nullptr;
                           });
    Tree out = tree::map({});
    out.where = rules.where;
    out.map().push_back({"libeval", {}, tree::number(1)});
    copy(rules, out, "program", "program");
    if (out.find("program") == nullptr)
      out.map().push_back({"program", {}, tree::text("unnamed")});
    copy(rules, out, "program", "title");
    copy(rules, out, "program", "as_of");
    out.map().push_back({"candidates", {}, candidates(rules.find("candidates"))});
    out.map().push_back({"evidence", {}, evidence(rules.find("evidence"))});
    // Who reads a broken part is broken too, which may break others in turn.
    Tree all;
    std::size_t known = 0;
    do {
      known = broken_.size() + unread_.stages.size();
      all = stages(rules.find("stages"));
    } while (broken_.size() + unread_.stages.size() > known);
    if (all.list().empty())
      all.list().push_back(
          tree::map({{"id", tree::text("none")}, {"score", unknown(rules.where)}}));
    out.map().push_back({"stages", {}, std::move(all)});
    return out;
  }

private:
  using Place = std::tuple<const SourceText*, std::size_t, std::size_t>;
  static Place key_of(const Where& where) { return {where.source.get(), where.line, where.column}; }
  [[nodiscard]] bool is_wrong(const Where& where) const {
    return where.line > 0 && wrong_.contains(key_of(where));
  }

  /// Copies what stands under a key where it can be read.
  bool copy(const Tree& from, Tree& to, const char* shape, const char* key) const {
    const Tree* found = from.find(key);
    if (found == nullptr)
      return true;
    if (hurt(*found) || !fits(*found, type_of(shape, key)))
      return false;
    to.map().push_back({key, found->where, *found});
    return true;
  }

  // --- what cannot be read ---

  [[nodiscard]] bool rests_on_unread(const std::string& key, const Tree& value) const {
    const auto any = [&](const auto& names) {
      if (const auto word = value.scalar())
        return names.contains(*word);
      return value.is_list() && std::ranges::any_of(value.list(), [&](const Tree& item) {
               return item.scalar() && names.contains(*item.scalar());
             });
    };
    if (is_one_of(key, {"from", "ballots", "preferences", "priorities"}))
      return any(unread_.evidence) || (unread_.all_evidence && value.scalar());
    if (is_one_of(key, {"part", "parts", "measure", "count_back"}))
      return value.scalar() &&
             (broken_.contains(*value.scalar()) || broken_.contains(last_word(*value.scalar())));
    if (is_one_of(key, {"stage", "stages", "advanced_from", "cut_from", "reserve_of", "entrants_of",
                        "vacancies_of", "plus_vacancies_of"}))
      return any(unread_.stages) || unread_.stage_ids;
    if (key == "attribute" || key.starts_with("candidate.") || key.starts_with("opponent."))
      return unread_.attributes;
    return false;
  }

  /// Whether an error was found in the tree, or it rests on what cannot be read.
  [[nodiscard]] bool hurt(const Tree& tree) const {
    if (is_wrong(tree.where))
      return true;
    if (tree.is_list())
      return std::ranges::any_of(tree.list(), [&](const Tree& item) { return hurt(item); });
    return tree.is_map() && std::ranges::any_of(tree.map(), [&](const Entry& entry) {
             return is_wrong(entry.key_where) || rests_on_unread(entry.key, entry.value) ||
                    hurt(entry.value);
           });
  }

  // --- candidates and evidence ---

  Tree candidates(const Tree* written) {
    const Type& type = type_of("program", "candidates");
    if (written != nullptr && fits(*written, type)) {
      unread_.attributes = unread_.attributes || hurt(*written);
      return *written;
    }
    unread_.attributes = true;
    const bool by_id = written != nullptr && written->is_map() && !written->map().empty() &&
                       std::ranges::all_of(written->map(), [](const Entry& entry) {
                         return entry.value.is_map() || entry.value.is_null();
                       });
    if (!by_id) {
      unread_.candidates = true;
      return tree::list({tree::text("nobody")});
    }
    Tree out = *written;
    for (Entry& entry : out.map())
      if (!fits(entry.value, "candidate"))
        entry.value = tree::map({});
    return out;
  }

  Tree evidence(const Tree* written) {
    Tree out = tree::map({});
    if (written == nullptr || !written->is_map()) {
      unread_.all_evidence = unread_.all_evidence || written != nullptr;
      return out;
    }
    const Type& type = type_of("program", "evidence").inner[0];
    for (const Entry& entry : written->map())
      if (fits(entry.value, type))
        out.map().push_back(entry);
      else
        unread_.evidence.insert(entry.key);
    return out;
  }

  // --- stages ---

  Tree stages(const Tree* written) {
    Tree out = tree::list({});
    if (written == nullptr || !written->is_list()) {
      unread_.stage_ids = true;
      return out;
    }
    for (const Tree& one : written->list()) {
      const Tree* id = one.find("id");
      if (id == nullptr || !id->scalar() || is_wrong(id->where)) {
        unread_.stage_ids = unread_.stage_ids || id == nullptr || !id->scalar();
        continue;
      }
      Tree stage = tree::map({{"id", *id}});
      stage.where = one.where;
      stage.map()[0].value.where = id->where;
      Tree whole = stage;
      if (fill(one, whole) && fits(whole, "stage")) {
        out.list().push_back(std::move(whole));
      } else { // its name alone is known
        unread_.stages.insert(*id->scalar());
        stage.map().push_back({"score", one.where, unknown(one.where)});
        out.list().push_back(std::move(stage));
      }
    }
    return out;
  }

  bool fill(const Tree& stage, Tree& out) {
    const Shape& shape = language().at("stage");
    const bool all_known = std::ranges::all_of(
        stage.map(), [&](const Entry& entry) { return shape.find(entry.key) != nullptr; });
    copy(stage, out, "stage", "title");
    copy(stage, out, "stage", "date");
    // Nobody knows who comes from another stage: all may.
    if (const Tree* entrants = stage.find("entrants");
        entrants != nullptr && !names_a_stage(*entrants))
      copy(stage, out, "stage", "entrants");
    const bool selects = copy(stage, out, "stage", "places") && all_known;
    if (const Tree* score = stage.find("score")) {
      auto node = this->node(*score, "total");
      if (!node)
        return false;
      out.map().push_back({"score", score->where, std::move(node->tree)});
    }
    if (const Tree* measures = stage.find("measures")) {
      if (!measures->is_map())
        return false;
      Tree kept = *measures;
      for (Entry& entry : kept.map())
        if (hurt(entry.value) || !fits(entry.value, "measure")) {
          broken_.insert(entry.key);
          entry.value = unknown(entry.value.where);
        }
      out.map().push_back({"measures", measures->where, std::move(kept)});
    }
    const Tree* select = stage.find("select");
    bool whole = all_known;
    if (select != nullptr && select->is_list() && selects) {
      Tree kept = selection(*select);
      whole = whole && kept.list().size() == select->list().size();
      out.map().push_back({"select", select->where, std::move(kept)});
    }
    if (!whole && out.find("score") == nullptr) // what it orders by may be what is left out
      out.map().push_back({"score", stage.where, unknown(stage.where)});
    return true;
  }

  static bool names_a_stage(const Tree& entrants) {
    return std::ranges::any_of(std::initializer_list<const char*>{"advanced_from", "cut_from",
                                                                  "reserve_of", "entrants_of"},
                               [&](const char* key) { return entrants.find(key) != nullptr; });
  }

  static Tree unknown(const Where& where) {
    Tree out = tree::map({{"from", tree::text(std::string(nobody_knows))}});
    out.where = where;
    return out;
  }

  struct Mended {
    Tree tree;
    bool broken = false;        ///< something in it is not known
    bool points_broken = false; ///< nor what it counts
  };

  /// Nothing where not even its parts can be read.
  std::optional<Mended> node(const Tree& written, const std::string& name) {
    if (!written.is_map())
      return leaf(written, name);
    const Tree* parts = written.find("parts");
    if (parts == nullptr)
      return leaf(written, name);
    if (!parts->is_map() || parts->map().empty() ||
        (parts->find("file") != nullptr && parts->find("file")->scalar()))
      return std::nullopt;
    Mended out = begun(written);
    bool own = out.points_broken, below = false, points = false;
    Tree kept = *parts;
    for (Entry& entry : kept.map()) {
      auto part = node(entry.value, entry.key);
      if (!part)
        return std::nullopt;
      below = below || part->broken;
      points = points || part->points_broken;
      entry.value = std::move(part->tree);
    }
    if (points) // of siblings all have points or none
      for (Entry& entry : kept.map())
        std::erase_if(entry.value.map(), [](const Entry& e) {
          return is_one_of(e.key, {"points", "weight"});
        });
    for (const char* key : {"steps", "reference"})
      own = !copy(written, out.tree, "node", key) || own;
    if (own || (below && needs_more_than_parts(written))) {
      std::erase_if(out.tree.map(), [](const Entry& e) {
        return is_one_of(e.key, {"steps", "reference"});
      });
      forget(kept);
      broken_.insert(name);
      below = true;
    }
    out.broken = below;
    out.tree.map().push_back({"parts", parts->where, std::move(kept)});
    return out;
  }

  Mended leaf(const Tree& written, const std::string& name) {
    if (!hurt(written) && fits(written, "node") && written.find("from") != nullptr)
      return {written};
    broken_.insert(name);
    Mended out = written.is_map() ? begun(written) : Mended{tree::map({}), true, true};
    out.tree.where = written.where;
    out.broken = true;
    out.tree.map().push_back({"from", written.where, unknown({}).map()[0].value});
    return out;
  }

  /// What a node says beside its parts and steps.
  Mended begun(const Tree& written) const {
    Mended out{tree::map({})};
    out.tree.where = written.where;
    const Shape& shape = language().at("node");
    for (const Entry& entry : written.map())
      out.points_broken = out.points_broken || shape.find(entry.key) == nullptr;
    for (const char* key : {"points", "weight"})
      out.points_broken = !copy(written, out.tree, "node", key) || out.points_broken;
    for (const char* key : {"title", "round", "print"})
      copy(written, out.tree, "node", key);
    if (written.find("parts") != nullptr)
      copy(written, out.tree, "node", "missing");
    return out;
  }

  /// Whether the steps of a node ask of its parts what a value that nobody knows has not: further
  /// dimensions, or a direction.
  static bool needs_more_than_parts(const Tree& node) {
    const Tree* steps = node.find("steps");
    return mentions(node, "direction") ||
           (steps != nullptr && (names_dimension(*steps) || mentions(*steps, "part")));
  }

  static bool mentions(const Tree& tree, std::string_view key) {
    if (tree.is_list())
      return std::ranges::any_of(tree.list(),
                                 [&](const Tree& item) { return mentions(item, key); });
    return tree.is_map() && std::ranges::any_of(tree.map(), [&](const Entry& entry) {
             return entry.key == key || mentions(entry.value, key);
           });
  }

  static bool names_dimension(const Tree& tree) {
    if (tree.is_list())
      return std::ranges::any_of(tree.list(), names_dimension);
    return tree.is_map() && std::ranges::any_of(tree.map(), [](const Entry& entry) {
             if (!is_one_of(entry.key, {"over", "within"}) || !entry.value.is_list())
               return names_dimension(entry.value);
             return std::ranges::any_of(entry.value.list(), [](const Tree& name) {
               return !is_one_of(name.scalar().value_or(""), {"part", "candidate"});
             });
           });
  }

  /// Makes all leaves below values that nobody knows.
  void forget(Tree& parts) {
    for (Entry& entry : parts.map()) {
      broken_.insert(entry.key);
      Tree& part = entry.value;
      std::erase_if(part.map(), [](const Entry& e) {
        return !is_one_of(e.key, {"title", "points", "weight", "round", "print", "parts"});
      });
      if (Tree* inner = part.find("parts"))
        forget(*inner);
      else
        part.map().push_back({"from", part.where, unknown({}).map()[0].value});
    }
  }

  // --- selection ---

  Tree selection(const Tree& select) const {
    Tree out = select;
    out.list().clear();
    for (const Tree& step : select.list()) {
      if (can_be_asked(step)) {
        out.list().push_back(step);
        continue;
      }
      if (!step.is_map() || step.find("group") != nullptr)
        break; // what follows goes by its pools
      if (const Tree* order = step.find("order"))
        if (auto rest = keys_that_stand(step, *order))
          out.list().push_back(std::move(*rest));
    }
    return out;
  }

  [[nodiscard]] bool can_be_asked(const Tree& step) const {
    if (hurt(step) || !step.is_map() || !fits(step, "select"))
      return false;
    const Entry& what = step.map().front();
    if (what.key == "policy") {
      const Tree* file = what.value.is_map() ? what.value.find("file") : &what.value;
      return file != nullptr && !unread_.files.contains(file->scalar().value_or(""));
    }
    return !unread_.attributes || !is_one_of(what.key, {"group", "quota", "duel"});
  }

  std::optional<Tree> keys_that_stand(const Tree& step, const Tree& order) const {
    const Tree* keys = order.find("keys");
    if (keys == nullptr || !keys->is_list())
      return std::nullopt;
    Tree out = step;
    Tree& kept = *out.find("order")->find("keys");
    std::erase_if(kept.list(), [&](const Tree& key) { return hurt(key); });
    if (kept.list().empty() || !fits(out, "select"))
      return std::nullopt;
    return out;
  }

  Unread& unread_;
  std::set<Place> wrong_;
  std::set<std::string, std::less<>> broken_; ///< parts and measures
};

} // namespace

Tree mended(const Tree& rules, const Diagnostics& found, Unread& unread) {
  Tree out = Mender(found, unread).program(rules);
  return !out.is_null() && fits(out, "program") ? out : Tree();
}

void add_what_nobody_knows(Bundle& bundle) {
  TableSpec spec;
  spec.name = nobody_knows;
  spec.keys = {"candidate"};
  spec.values = {"score"};
  Diagnostics unheard;
  bundle.tables.push_back(
      std::make_shared<const Table>(unpublished_table(spec, bundle.program.candidates, unheard)));
  bundle.program.evidence.push_back(std::move(spec));
}

std::optional<Tree> without_misfits(const Tree& tree, const std::string& shape) {
  const Type whole = type::object(shape);
  if (!tree.is_map())
    return std::nullopt;
  Tree out = respelt(with_written_numbers(tree, whole, language()), whole, language());
  std::erase_if(out.map(), [&](Entry& entry) {
    const Key* key = language().at(shape).find(entry.key);
    if (key == nullptr)
      return true;
    if (fits(entry.value, key->type))
      return false;
    const Type* type = resolve(entry.value, key->type, language());
    if (type == nullptr || type->kind != Type::Kind::list)
      return true;
    std::erase_if(entry.value.list(),
                  [&](const Tree& item) { return !fits(item, type->inner[0]); });
    return !fits(entry.value, key->type);
  });
  return fits(out, whole) ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace libeval
