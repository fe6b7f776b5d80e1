// Characters to tokens.
#include "support.hpp"

namespace wrt::text {
namespace {

/// Kinds and texts of the tokens of a source: "left:( keyword:func".
std::string tokens_of(std::string_view source)
{
    static constexpr std::string_view names[] = {"left",     "right",   "natural",    "integer",
                                                 "floating", "string",  "identifier", "keyword",
                                                 "reserved", "failure", "end"};
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    const auto tokens = tokenize(source, arena);
    if (!tokens) return test::text_of(tokens.error());
    std::string all;
    for (const Token& token : tokens->tokens) {
        if (token.kind == TokenKind::end) break;
        if (!all.empty()) all += ' ';
        if (token.kind == TokenKind::failure) return all + test::text_of(tokens->failure);
        all += names[static_cast<size_t>(token.kind)];
        all += ':';
        all += tokens->text(token);
    }
    return all;
}

TEST(tokenize, tells_the_kinds_apart)
{
    EXPECT_EQ(tokens_of("(func $f 1 -2 3.5 \"s\")"),
              "left:( keyword:func identifier:$f natural:1 integer:-2 floating:3.5 string:\"s\" "
              "right:)");
}

TEST(tokenize, knows_numbers_from_what_only_begins_like_one)
{
    EXPECT_EQ(tokens_of("0 0x1F 1_000 0x_1 1_ 1__0"),
              "natural:0 natural:0x1F natural:1_000 reserved:0x_1 reserved:1_ reserved:1__0");
    EXPECT_EQ(tokens_of("1. 1.5e+3 0x1.8p-2 1e 0x1p .5 +.5"),
              "floating:1. floating:1.5e+3 floating:0x1.8p-2 reserved:1e reserved:0x1p "
              "reserved:.5 reserved:+.5");
    EXPECT_EQ(tokens_of("inf -inf nan +nan:0x7f nan:0x nan:1 infinity"),
              "floating:inf floating:-inf floating:nan floating:+nan:0x7f keyword:nan:0x "
              "keyword:nan:1 keyword:infinity");
}

TEST(tokenize, takes_the_longest_run_for_one_token)
{
    EXPECT_EQ(tokens_of("a\"b\" \"a\"b \"a\"\"b\" $a\"b\" $\"a\"b"),
              "reserved:a\"b\" reserved:\"a\"b reserved:\"a\"\"b\" reserved:$a\"b\" "
              "reserved:$\"a\"b");
    EXPECT_EQ(tokens_of("a,b;c"), "keyword:a reserved:, keyword:b reserved:; keyword:c");
}

TEST(tokenize, skips_comments_that_nest_and_end_where_they_end)
{
    EXPECT_EQ(tokens_of("a (; (; x ;) \" ;) b ;; c )\nd ;; e\re"),
              "keyword:a keyword:b keyword:d keyword:e");
    EXPECT_EQ(tokens_of("a (; (; ;)"), "keyword:a malformed at 0x2: unclosed comment");
    EXPECT_EQ(tokens_of(";; \xff"), "malformed at 0x3: malformed UTF-8 encoding");
}

TEST(tokenize, skips_annotations_whatever_is_in_them)
{
    EXPECT_EQ(tokens_of("a (@x (y \")\" , ;; )\n) {};) b (@\"an id\") c"),
              "keyword:a keyword:b keyword:c");
    EXPECT_EQ(tokens_of("(@x (y)"), "malformed at 0x0: unclosed annotation");
    EXPECT_EQ(tokens_of("(@)"), "malformed at 0x2: empty annotation id");
    EXPECT_EQ(tokens_of("(@\"\")"), "malformed at 0x2: empty annotation id");
    EXPECT_EQ(tokens_of("( @x)"), "left:( reserved:@x right:)");
}

TEST(tokenize, refuses_what_is_no_character_of_the_language)
{
    EXPECT_EQ(tokens_of("a \x01"), "keyword:a malformed at 0x2: illegal character");
    EXPECT_EQ(tokens_of("\xc3\xa4"), "malformed at 0x0: illegal character");
    EXPECT_EQ(tokens_of("\xc3"), "malformed at 0x0: malformed UTF-8 encoding");
}

TEST(tokenize, refuses_strings_and_identifiers_that_are_none)
{
    EXPECT_EQ(tokens_of("\"a"), "malformed at 0x0: unclosed string");
    EXPECT_EQ(tokens_of("\"a\nb\""), "malformed at 0x0: unclosed string");
    EXPECT_EQ(tokens_of("\"\\q\""), "malformed at 0x1: illegal escape");
    EXPECT_EQ(tokens_of("\"\\u{d800}\""), "malformed at 0x1: illegal escape");
    EXPECT_EQ(tokens_of("\"\\u{110000}\""), "malformed at 0x1: illegal escape");
    EXPECT_EQ(tokens_of("\"\x7f\""), "malformed at 0x1: illegal character");
    EXPECT_EQ(tokens_of("$"), "malformed at 0x0: empty identifier");
    EXPECT_EQ(tokens_of("$\"\""), "malformed at 0x0: empty identifier");
    EXPECT_EQ(tokens_of("$\"\\ff\""), "malformed at 0x0: malformed UTF-8 encoding");
}

TEST(tokenize, pairs_parentheses)
{
    Arena arena{Backing::reserve(size_t{1} << 24).value()};
    const Tokens tokens = tokenize("((a) b) (c", arena).value();
    EXPECT_EQ(tokens.tokens[0].partner, 5u);
    EXPECT_EQ(tokens.tokens[1].partner, 3u);
    EXPECT_EQ(tokens.tokens[6].partner, 8u) << "the end, where there is none";
}

TEST(line_column_of, counts_lines_however_they_end)
{
    const std::string_view source = "ab\ncd\r\nef\rg";
    EXPECT_EQ(line_column_of(source, 1).column, 2u);
    EXPECT_EQ(line_column_of(source, 3).line, 2u);
    EXPECT_EQ(line_column_of(source, 3).column, 1u);
    EXPECT_EQ(line_column_of(source, 8).line, 3u);
    EXPECT_EQ(line_column_of(source, 8).column, 2u);
    EXPECT_EQ(line_column_of(source, 10).line, 4u);
}

}  // namespace
}  // namespace wrt::text
