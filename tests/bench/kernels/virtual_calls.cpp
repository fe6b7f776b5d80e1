// Virtual calls: a scene of shapes asked by a visitor, and a chain of decorators.
#include <stdint.h>
#include <stdio.h>

#include "kernel.h"

namespace {

class Shape {
public:
    virtual uint32_t area() const = 0;
    virtual void grow(uint32_t by) = 0;
    virtual bool contains(uint32_t x, uint32_t y) const = 0;
};

class Square : public Shape {
public:
    explicit Square(uint32_t side) : side_{side} {}
    uint32_t area() const override { return side_ * side_; }
    void grow(uint32_t by) override { side_ = (side_ + by) & 255; }
    bool contains(uint32_t x, uint32_t y) const override { return x < side_ && y < side_; }

protected:
    uint32_t side_;
};

class Diamond : public Square {
public:
    using Square::Square;
    bool contains(uint32_t x, uint32_t y) const override { return x + y < side_; }
};

class Box : public Shape {
public:
    Box(uint32_t width, uint32_t height) : width_{width}, height_{height} {}
    uint32_t area() const override { return width_ * height_; }
    void grow(uint32_t by) override
    {
        width_ = (width_ + by) & 127, height_ = (height_ ^ by) & 127;
    }
    bool contains(uint32_t x, uint32_t y) const override { return x < width_ && y < height_; }

private:
    uint32_t width_, height_;
};

class Moved : public Shape {
public:
    Moved(Shape& inner, uint32_t x, uint32_t y) : inner_{inner}, x_{x}, y_{y} {}
    uint32_t area() const override { return inner_.area(); }
    void grow(uint32_t by) override { inner_.grow(by + 1); }
    bool contains(uint32_t x, uint32_t y) const override { return inner_.contains(x - x_, y - y_); }

private:
    Shape& inner_;
    uint32_t x_, y_;
};

}  // namespace

int main(int argc, char** argv)
{
    const unsigned iterations = iterations_of(argc, argv);
    constexpr unsigned count = 96;
    Shape* shapes[count];
    uint32_t state = 29, sum = 0;
    for (unsigned i = 0; i < count; ++i) {
        const uint32_t a = next_number(&state) % 100 + 1, b = next_number(&state) % 50;
        switch (next_number(&state) % 4) {
        case 0: shapes[i] = new Square{a}; break;
        case 1: shapes[i] = new Diamond{a}; break;
        case 2: shapes[i] = new Box{a, b}; break;
        default:
            shapes[i] =
                i > 0 ? static_cast<Shape*>(new Moved{*shapes[i - 1], b, a % 7}) : new Square{b};
        }
    }
    for (unsigned round = 0; round < iterations; ++round) {
        const uint32_t x = round % 61, y = round % 43;
        for (Shape* const shape : shapes) {
            if (shape->contains(x, y)) sum += shape->area();
        }
        shapes[round % count]->grow(round & 15);
    }
    printf("virtual_calls %u\n", sum);
    return 0;
}
