// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/compatibility.hpp>

#include "domain/license_list.hpp"

#include <algorithm>
#include <iterator>

namespace libeval {
namespace {

using Matrix = CompatibilityMatrix;

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

Truth truth_of(Matrix::Entry entry) {
  switch (entry) {
  case Matrix::Entry::same:
  case Matrix::Entry::yes:
    return Truth::yes;
  case Matrix::Entry::no:
    return Truth::no;
  default:
    return Truth::unknown;
  }
}

/// The cell by the ids as they were written, else by today's.
const Matrix::Cell* cell_of(const License& inbound, const License& outbound, const Matrix& matrix) {
  for (const License& in : {inbound, modern(inbound)})
    for (const License& out : {outbound, modern(outbound)})
      if (const Matrix::Cell* cell = matrix.find(to_string(out), to_string(in)))
        return cell;
  return nullptr;
}

/// The versions that a license with `+` leaves to choose, by their ids.
std::vector<License> versions_from(const License& license) {
  std::vector<License> out;
  const Versioned first = versioned(license);
  for (const std::string& id : ids_of_family(first.family)) {
    License one{License::Kind::listed, id, false, license.with};
    if (versioned(one).version >= first.version)
      out.push_back(std::move(one));
  }
  return out;
}

CompatibilityPair look_up(const License& inbound, const License& outbound, const Matrix& matrix) {
  CompatibilityPair pair{to_string(inbound), to_string(outbound), Truth::unknown, {}};
  if (inbound.kind == License::Kind::none || outbound.kind == License::Kind::none) {
    pair.truth = Truth::no;
    pair.explanation = "there is no license";
    return pair;
  }
  if (inbound.kind == License::Kind::no_assertion || outbound.kind == License::Kind::no_assertion) {
    pair.explanation = "nobody says which license it is";
    return pair;
  }
  if (const Matrix::Cell* cell = cell_of(inbound, outbound, matrix)) {
    pair.truth = truth_of(cell->entry);
    pair.explanation = cell->explanation;
    if (cell->entry == Matrix::Entry::check_dependency)
      pair.explanation = "depends on how the two are put together" +
                         (cell->explanation.empty() ? "" : ": " + cell->explanation);
    return pair;
  }
  if (find_listed(inbound.with, true)) {
    License plain = inbound;
    plain.with.clear();
    const CompatibilityPair without = look_up(plain, outbound, matrix);
    if (without.truth == Truth::yes)
      return {pair.inbound, pair.outbound, Truth::yes,
              "without its exception: " + without.explanation};
  } else if (inbound.or_later) {
    for (const License& version : versions_from(inbound))
      if (const Matrix::Cell* cell = cell_of(version, outbound, matrix);
          cell != nullptr && truth_of(cell->entry) == Truth::yes)
        return {pair.inbound, pair.outbound, Truth::yes,
                "as " + to_string(version) + ": " + cell->explanation};
  }
  pair.explanation = "the table does not have this pair";
  return pair;
}

} // namespace

const Matrix::Cell* CompatibilityMatrix::find(std::string_view outbound,
                                              std::string_view inbound) const {
  const auto row = cells.find(in_lower_case(outbound));
  if (row == cells.end())
    return nullptr;
  const auto cell = row->second.find(in_lower_case(inbound));
  return cell == row->second.end() ? nullptr : &cell->second;
}

void merge(CompatibilityMatrix& matrix, const CompatibilityMatrix& more) {
  for (const auto& [outbound, row] : more.cells)
    for (const auto& [inbound, cell] : row)
      matrix.cells[outbound][inbound] = cell;
  matrix.source += (matrix.source.empty() ? "" : ", ") + more.source;
  matrix.date = std::max(matrix.date, more.date);
}

CompatibilityReading compatible(const LicenseExpression& inbound, const LicenseExpression& outbound,
                                const CompatibilityMatrix& matrix) {
  std::vector<CompatibilityReading> of_each;
  std::vector<Truth> truths;
  for (const License& in : inbound.licenses) {
    CompatibilityReading reading{Truth::yes, {}};
    std::vector<CompatibilityPair> pairs;
    for (const License& out : outbound.licenses) {
      pairs.push_back(look_up(in, out, matrix));
      reading.truth = reading.truth && pairs.back().truth;
    }
    std::ranges::copy_if(pairs, std::back_inserter(reading.because),
                         [&](const auto& pair) { return pair.truth == reading.truth; });
    truths.push_back(reading.truth);
    of_each.push_back(std::move(reading));
  }
  const LicenseReading whole = read_license(inbound, truths);
  CompatibilityReading out{whole.truth, {}};
  for (const std::size_t i : whole.because)
    std::ranges::move(of_each[i].because, std::back_inserter(out.because));
  return out;
}

} // namespace libeval
