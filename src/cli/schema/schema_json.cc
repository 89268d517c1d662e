// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/schema/schema_json.h"

#include "cli/terminal/json.h"

namespace ringfence::cli {

using policy::KeySchema;
using policy::Schema;

namespace {

class SchemaWriter {
  public:
    Json write(const Schema& schema) {
        if (schema.name.empty()) return plain(schema);
        if (!definitions.contains(schema.name)) definitions[schema.name] = plain(schema);
        return {{"$ref", "#/definitions/" + schema.name}};
    }

    Json definitions = Json::object();

  private:
    Json plain(const Schema& schema) {
        switch (schema.type) {
            case Schema::Type::string:
                return string(schema);
            case Schema::Type::integer:
                return integer(schema);
            case Schema::Type::boolean:
                return {{"type", "boolean"}};
            case Schema::Type::array:
                return array(schema);
            case Schema::Type::table:
                return table(schema);
            case Schema::Type::any_of:
                return any_of(schema);
        }
        return {};
    }

    static Json string(const Schema& schema) {
        Json json = {{"type", "string"}};
        if (!schema.words.empty()) json["enum"] = schema.words;
        if (!schema.pattern.empty()) json["pattern"] = schema.pattern;
        return json;
    }

    static Json integer(const Schema& schema) {
        Json json = {{"type", "integer"}};
        if (schema.first != INT64_MIN) json["minimum"] = schema.first;
        if (schema.last != INT64_MAX) json["maximum"] = schema.last;
        return json;
    }

    Json array(const Schema& schema) {
        Json json = {{"type", "array"}, {"items", write(schema.parts.front())}};
        if (schema.not_empty) json["minItems"] = 1;
        return json;
    }

    Json table(const Schema& schema) {
        Json json = {{"type", "object"}};
        Json properties = Json::object(), required = Json::array();
        for (const KeySchema& key : schema.keys) {
            Json property = write(key.schema);
            // Draft 7 ignores all members beside a $ref.
            if (property.contains("$ref"))
                property = {{"description", key.help}, {"allOf", Json::array({property})}};
            else if (!key.help.empty())
                property["description"] = key.help;
            properties[key.key] = std::move(property);
            if (key.required) required.push_back(key.key);
        }
        json["properties"] = std::move(properties);
        json["additionalProperties"] = false;
        if (!required.empty()) json["required"] = std::move(required);
        if (schema.not_empty) json["minProperties"] = 1;
        return json;
    }

    Json any_of(const Schema& schema) {
        Json alternatives = Json::array();
        for (const Schema& part : schema.parts)
            alternatives.push_back(write(part));
        return {{"anyOf", std::move(alternatives)}};
    }
};

}  // namespace

std::string schema_json(const Schema& schema, const std::string& title) {
    SchemaWriter writer;
    Json root = writer.write(schema);
    Json document = {{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", title}};
    document.update(root);
    document["definitions"] = std::move(writer.definitions);
    return document.dump(2) + "\n";
}

}  // namespace ringfence::cli
