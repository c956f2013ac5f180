// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libeval {

/// A value that many hold and nobody changes under another: a copy costs a pointer. Where a million
/// findings say the same, the words stand once. Empty values share nothing and cost nothing.
template <class T>
class Shared {
public:
  Shared() = default;
  Shared(T value) // NOLINT(google-explicit-constructor): it stands for its value
      : value_(value.empty() ? nullptr : std::make_shared<const T>(std::move(value))) {}

  [[nodiscard]] const T& get() const {
    static const T none;
    return value_ ? *value_ : none;
  }
  operator const T&() const { return get(); } // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool empty() const { return value_ == nullptr; }
  [[nodiscard]] std::size_t size() const { return get().size(); }
  [[nodiscard]] auto begin() const { return get().begin(); }
  [[nodiscard]] auto end() const { return get().end(); }
  [[nodiscard]] const auto& operator[](std::size_t i) const { return get()[i]; }

  friend bool operator==(const Shared& a, const Shared& b) {
    return a.value_ == b.value_ || a.get() == b.get();
  }

private:
  std::shared_ptr<const T> value_; ///< null: empty
};

/// A text that many hold.
class SharedText : public Shared<std::string> {
public:
  using Shared<std::string>::Shared;
  SharedText() = default;
  SharedText(const char* text) : Shared(std::string(text)) {} // NOLINT(google-explicit-constructor)

  operator std::string_view() const { return get(); } // NOLINT(google-explicit-constructor)

  [[nodiscard]] std::size_t find(std::string_view part) const { return get().find(part); }
  /// The longer text is one of its own; who held the shorter one keeps it.
  SharedText& operator+=(std::string_view more) {
    return *this = SharedText(get() + std::string(more));
  }

  friend bool operator==(const SharedText& a, const SharedText& b) { return a.get() == b.get(); }
  template <std::convertible_to<std::string_view> Text>
  requires(!std::derived_from<Text, Shared<std::string>>) friend bool
  operator==(const SharedText& a, const Text& b) {
    return a.get() == std::string_view(b);
  }
  friend std::string operator+(const std::string& a, const SharedText& b) { return a + b.get(); }
  friend std::string operator+(const SharedText& a, const std::string& b) { return a.get() + b; }
  friend std::ostream& operator<<(std::ostream& out, const SharedText& text) {
    return out << text.get();
  }
};

/// A list of texts that many hold.
class SharedTexts : public Shared<std::vector<std::string>> {
public:
  using Shared<std::vector<std::string>>::Shared;
  SharedTexts() = default;
  SharedTexts(std::initializer_list<std::string> texts) : Shared(std::vector<std::string>(texts)) {}

  /// The longer list is one of its own; who held the shorter one keeps it.
  void push_back(std::string text) {
    std::vector<std::string> longer = get();
    longer.push_back(std::move(text));
    *this = SharedTexts(std::move(longer));
  }
};

} // namespace libeval
