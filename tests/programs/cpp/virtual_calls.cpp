// Virtual functions, several and virtual bases, run-time type information, and destructors in their
// order.
#include <cstdio>
#include <memory>
#include <string>
#include <typeinfo>
#include <vector>

namespace {

struct Shape {
    Shape() = default;
    Shape(const Shape&) = delete;
    Shape& operator=(const Shape&) = delete;
    virtual ~Shape() { std::printf("~Shape "); }
    virtual double area() const = 0;
    virtual const char* name() const { return "shape"; }
};

struct Circle final : Shape {
    explicit Circle(double r) : radius(r) {}
    ~Circle() override { std::printf("~Circle "); }
    double area() const override { return 3.25 * radius * radius; }
    const char* name() const override { return "circle"; }
    double radius;
};

struct Rectangle : Shape {
    Rectangle(double w, double h) : width(w), height(h) {}
    ~Rectangle() override { std::printf("~Rectangle "); }
    double area() const override { return width * height; }
    double width, height;
};

struct Square final : Rectangle {
    explicit Square(double side) : Rectangle(side, side) {}
    ~Square() override { std::printf("~Square "); }
    const char* name() const override { return "square"; }
};

struct Named {
    virtual ~Named() = default;
    virtual std::string label() const = 0;
    int order = 1;
};
struct Counted {
    virtual ~Counted() = default;
    virtual int count() const = 0;
    int step = 2;
};
struct Base {
    virtual ~Base() = default;
    int shared = 7;
};
struct Left : virtual Base {
    virtual int left() const { return shared + 1; }
};
struct Right : virtual Base {
    virtual int right() const { return shared + 2; }
};
struct Both final : Left, Right, Named, Counted {
    std::string label() const override { return "both" + std::to_string(order + step); }
    int count() const override { return left() * right() + step; }
    int left() const override { return Left::left() * 10; }
};

struct Node {
    virtual ~Node() = default;
    virtual long evaluate() const = 0;
};
struct Number final : Node {
    explicit Number(long v) : value(v) {}
    long evaluate() const override { return value; }
    long value;
};
template <class Operation>
struct Binary final : Node {
    Binary(std::unique_ptr<Node> a, std::unique_ptr<Node> b)
        : first(std::move(a)), second(std::move(b))
    {
    }
    long evaluate() const override { return Operation{}(first->evaluate(), second->evaluate()); }
    std::unique_ptr<Node> first, second;
};
struct Plus {
    long operator()(long a, long b) const { return a + b; }
};
struct Times {
    long operator()(long a, long b) const { return a * b % 10007; }
};

std::unique_ptr<Node> build(int depth, long seed)
{
    if (depth == 0) return std::make_unique<Number>(seed % 100);
    auto first = build(depth - 1, seed * 3 + 1), second = build(depth - 1, seed * 5 + 2);
    if (depth % 2 == 0) return std::make_unique<Binary<Plus>>(std::move(first), std::move(second));
    return std::make_unique<Binary<Times>>(std::move(first), std::move(second));
}

}  // namespace

int main()
{
    std::vector<std::unique_ptr<Shape>> shapes;
    shapes.push_back(std::make_unique<Circle>(2));
    shapes.push_back(std::make_unique<Rectangle>(2, 3.5));
    shapes.push_back(std::make_unique<Square>(1.5));
    for (const auto& shape : shapes) {
        const Shape& known = *shape;
        const bool rectangle = dynamic_cast<const Rectangle*>(&known) != nullptr;
        std::printf("%s of %g, %s, %s\n", known.name(), known.area(),
                    rectangle ? "a rectangle" : "no rectangle",
                    typeid(known) == typeid(Square) ? "exactly a square" : "not exactly a square");
    }
    while (!shapes.empty())
        shapes.pop_back();
    std::printf("\n");

    const Both both;
    const Named& named = both;
    const Counted& counted = both;
    const Right& right = both;
    std::printf("%s %d %d\n", named.label().c_str(), counted.count(), right.right());
    const auto* across = dynamic_cast<const Counted*>(&named);
    const auto* down = dynamic_cast<const Both*>(static_cast<const Base*>(&both));
    std::printf("across: %s, down: %s, unrelated: %s\n", across == &counted ? "found" : "lost",
                down == &both ? "found" : "lost",
                dynamic_cast<const Shape*>(&named) ? "found" : "nothing");
    std::printf("tree: %ld\n", build(11, 1)->evaluate());
}
