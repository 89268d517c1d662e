// SPDX-License-Identifier: LGPL-2.1-or-later
// What the readers of other tools' files share. A reader describes each object by a table of its
// keys. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "policy/interop/foreign_key.h"
#include "policy/language/document.h"
#include "policy/language/problems.h"

namespace ringfence::policy {

/// Whether an object must have a key.
enum class Presence : std::uint8_t { optional, required };

/// A key of an object, and the member function of `Reader` that reads its value into an `Into`.
template <class Reader, class Into>
struct ForeignField {
    using ReaderType = Reader;

    ForeignKey key;
    void (Reader::*read)(const Entry& entry, Into& into);
    Presence presence = Presence::optional;
};

/// The base of the readers. Its functions add a problem when a value is not what it must be, and
/// then return nothing, or no elements.
class ForeignReader {
  public:
    Problems problems;

  protected:
    /// `format` is the tool's name, for messages.
    ForeignReader(std::string_view format, Spelling spelling)
        : format_(format), spelling_(spelling) {}

    std::string_view name_of(const ForeignKey& key) const { return key.in(spelling_); }

    /// Reads each key of an object by its field. `title` names the object in messages. Null, in
    /// JSON, counts as no value if the key is optional.
    template <class Fields, class Into>
    void read_object(const Value& value, std::string_view title, const Fields& fields, Into& into) {
        if (!is_object(value, title)) return;
        std::vector<ForeignKey> keys;
        for (const auto& field : fields)
            keys.push_back(field.key);
        for (const Entry& entry : value.table) {
            bool known = false;
            for (const auto& field : fields) {
                if (entry.key != name_of(field.key)) continue;
                known = true;
                if (entry.value.kind == Kind::null && field.presence == Presence::optional)
                    continue;
                using Reader = typename std::decay_t<decltype(field)>::ReaderType;
                (static_cast<Reader&>(*this).*field.read)(entry, into);
            }
            if (!known) unknown_key(entry, title, keys);
        }
        for (const auto& field : fields)
            if (field.presence == Presence::required) require(value, title, field.key);
    }

    /// The elements of an array.
    const std::vector<Value>& elements(const Entry& entry);
    /// The elements of an array that must have some.
    const std::vector<Value>& some_elements(const Entry& entry);

    /// `what` names the value in messages: "a right", "`name`".
    const std::string* string_of(const Value& value, std::string_view what);
    std::optional<int> integer_of(const Value& value, std::string_view what, int first, int last);

  private:
    bool is_object(const Value& value, std::string_view title);
    void require(const Value& object, std::string_view title, const ForeignKey& key);
    void unknown_key(const Entry& entry, std::string_view title,
                     const std::vector<ForeignKey>& keys);

    std::string_view format_;
    Spelling spelling_;
};

}  // namespace ringfence::policy
