// SPDX-License-Identifier: Apache-2.0
#include "io/sha256.hpp"

#include <libeval/io/policy_report.hpp>

#include <sodium.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace libeval {

struct Sha256::State {
  crypto_hash_sha256_state hash;
};

Sha256::Sha256() : state_(sodium_init() < 0 ? nullptr : std::make_unique<State>()) {
  if (state_)
    crypto_hash_sha256_init(&state_->hash);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  if (state_)
    crypto_hash_sha256_update(&state_->hash, reinterpret_cast<const unsigned char*>(bytes.data()),
                              bytes.size());
}

void Sha256::add_file(const Folder& folder, const std::string& path, Diagnostics& diagnostics) {
  const auto file = folder.open_file(path, {}, diagnostics);
  if (!file)
    return;
  std::array<char, 1 << 16> room{};
  std::size_t at = 0;
  while (const std::size_t read = file->read(at, room.data(), room.size())) {
    add(std::string_view(room.data(), read));
    at += read;
  }
}

std::string Sha256::hex() {
  if (!state_)
    return {};
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256_final(&state_->hash, hash.data());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

std::filesystem::path folder_of(const std::filesystem::path& bundle) {
  std::error_code failed;
  if (std::filesystem::is_directory(bundle, failed))
    return bundle;
  const std::filesystem::path parent = bundle.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

std::vector<std::string> files_of(const PolicyFile& policy) {
  std::vector<std::string> out = {policy.file};
  for (const std::string* file : {&policy.findings_file, &policy.terms_file})
    if (!file->empty())
      out.push_back(*file);
  for (const PolicyFile::LineageFile& lineage : policy.lineage_files)
    out.push_back(lineage.file);
  for (const std::string& matrix : policy.matrix_files)
    out.push_back(matrix);
  return out;
}

std::vector<FileDigest> digests_of(const PolicyFile& policy, const std::string& bundle) {
  std::vector<FileDigest> out;
  Diagnostics unheard; // they were read before
  const auto folder = Folder::open(folder_of(bundle), unheard);
  if (!folder)
    return out;
  for (const std::string& file : files_of(policy)) {
    if (std::ranges::find(out, file, &FileDigest::file) != out.end())
      continue;
    Sha256 hash;
    hash.add_file(*folder, file, unheard);
    out.push_back({file, hash.hex()});
  }
  return unheard.has_errors() ? std::vector<FileDigest>{} : out;
}

} // namespace libeval
