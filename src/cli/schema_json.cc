// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/schema_json.h"

#include <nlohmann/json.hpp>

namespace ringfence::cli {

using policy::KeyShape;
using policy::Shape;
using SchemaJson = nlohmann::ordered_json;

namespace {

class SchemaWriter {
  public:
    SchemaJson write(const Shape& shape) {
        if (shape.name.empty()) return plain(shape);
        if (!definitions.contains(shape.name)) definitions[shape.name] = plain(shape);
        return {{"$ref", "#/definitions/" + shape.name}};
    }

    SchemaJson definitions = SchemaJson::object();

  private:
    SchemaJson plain(const Shape& shape) {
        switch (shape.type) {
            case Shape::Type::string:
                return string(shape);
            case Shape::Type::integer:
                return integer(shape);
            case Shape::Type::boolean:
                return {{"type", "boolean"}};
            case Shape::Type::array:
                return array(shape);
            case Shape::Type::table:
                return table(shape);
            case Shape::Type::any_of:
                return any_of(shape);
        }
        return {};
    }

    static SchemaJson string(const Shape& shape) {
        SchemaJson json = {{"type", "string"}};
        if (!shape.words.empty()) json["enum"] = shape.words;
        if (!shape.pattern.empty()) json["pattern"] = shape.pattern;
        return json;
    }

    static SchemaJson integer(const Shape& shape) {
        SchemaJson json = {{"type", "integer"}};
        if (shape.first != INT64_MIN) json["minimum"] = shape.first;
        if (shape.last != INT64_MAX) json["maximum"] = shape.last;
        return json;
    }

    SchemaJson array(const Shape& shape) {
        SchemaJson json = {{"type", "array"}, {"items", write(shape.parts.front())}};
        if (shape.not_empty) json["minItems"] = 1;
        return json;
    }

    SchemaJson table(const Shape& shape) {
        SchemaJson json = {{"type", "object"}};
        SchemaJson properties = SchemaJson::object(), required = SchemaJson::array();
        for (const KeyShape& key : shape.keys) {
            SchemaJson property = write(key.shape);
            // Beside a $ref, draft 7 ignores everything else.
            if (property.contains("$ref"))
                property = {{"description", key.help}, {"allOf", SchemaJson::array({property})}};
            else if (!key.help.empty())
                property["description"] = key.help;
            properties[key.key] = std::move(property);
            if (key.required) required.push_back(key.key);
        }
        json["properties"] = std::move(properties);
        json["additionalProperties"] = false;
        if (!required.empty()) json["required"] = std::move(required);
        if (shape.not_empty) json["minProperties"] = 1;
        return json;
    }

    SchemaJson any_of(const Shape& shape) {
        SchemaJson alternatives = SchemaJson::array();
        for (const Shape& part : shape.parts)
            alternatives.push_back(write(part));
        return {{"anyOf", std::move(alternatives)}};
    }
};

}  // namespace

std::string schema_json(const Shape& shape, const std::string& title) {
    SchemaWriter writer;
    SchemaJson root = writer.write(shape);
    SchemaJson document = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                           {"title", title}};
    document.update(root);
    document["definitions"] = std::move(writer.definitions);
    return document.dump(2) + "\n";
}

}  // namespace ringfence::cli
