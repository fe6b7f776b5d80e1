// Spheres over a plane with shadows and mirrors: small vector classes, square roots, calls by
// reference.
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "kernel.h"

namespace {

struct Vec {
    double x, y, z;
    Vec operator+(const Vec& o) const { return {x + o.x, y + o.y, z + o.z}; }
    Vec operator-(const Vec& o) const { return {x - o.x, y - o.y, z - o.z}; }
    Vec operator*(double f) const { return {x * f, y * f, z * f}; }
    double dot(const Vec& o) const { return x * o.x + y * o.y + z * o.z; }
    Vec unit() const { return *this * (1 / sqrt(dot(*this))); }
};

struct Sphere {
    Vec center;
    double radius, mirror;
    Vec color;
};

const Sphere spheres[] = {
    {{0, 0, 5}, 1, 0.3, {1, 0.2, 0.2}},
    {{1.5, 0.3, 4}, 0.7, 0.5, {0.2, 1, 0.2}},
    {{-1.6, -0.2, 4.5}, 0.8, 0, {0.3, 0.3, 1}},
    {{0.4, -0.7, 3.2}, 0.3, 0.6, {1, 1, 0.4}},
};

__attribute__((noinline)) double hit(const Sphere& sphere, const Vec& from, const Vec& direction)
{
    const Vec to = sphere.center - from;
    const double along = to.dot(direction);
    const double rest = sphere.radius * sphere.radius - to.dot(to) + along * along;
    if (rest < 0) return -1;
    const double t = along - sqrt(rest);
    return t > 1e-4 ? t : -1;
}

const Sphere* nearest(const Vec& from, const Vec& direction, double& t)
{
    const Sphere* found = nullptr;
    for (const Sphere& sphere : spheres) {
        const double at = hit(sphere, from, direction);
        if (at > 0 && (found == nullptr || at < t)) {
            t = at;
            found = &sphere;
        }
    }
    return found;
}

Vec trace(const Vec& from, const Vec& direction, int depth)
{
    const Vec light = Vec{-3, 5, -2}.unit();
    double t = 0;
    const Sphere* const sphere = nearest(from, direction, t);
    Vec color{0.4, 0.6, 0.9}, normal{0, 1, 0}, point{};
    double mirror = 0.1;
    if (sphere != nullptr) {
        point = from + direction * t;
        normal = (point - sphere->center).unit();
        color = sphere->color;
        mirror = sphere->mirror;
    } else if (direction.y < -0.01) {
        point = from + direction * ((-1 - from.y) / direction.y);
        const int tile = static_cast<int>(floor(point.x)) + static_cast<int>(floor(point.z));
        color = tile & 1 ? Vec{0.9, 0.9, 0.9} : Vec{0.1, 0.1, 0.1};
    } else {
        return color;
    }
    double bright = normal.dot(light);
    double ignored = 0;
    if (bright < 0.1 || nearest(point, light, ignored) != nullptr) bright = 0.1;
    Vec result = color * bright;
    if (mirror > 0 && depth > 0) {
        const Vec back = direction - normal * (2 * direction.dot(normal));
        result = result * (1 - mirror) + trace(point, back.unit(), depth - 1) * mirror;
    }
    return result;
}

}  // namespace

int main(int argc, char** argv)
{
    const unsigned iterations = iterations_of(argc, argv);
    constexpr int width = 24, height = 18;
    uint32_t sum = 0;
    for (unsigned round = 0; round < iterations; ++round) {
        const Vec eye{(round % 10) * 0.1 - 0.5, 0.2, 0};
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                const Vec direction{(x - width / 2) * 2.0 / width, (height / 2 - y) * 1.5 / height,
                                    1};
                const Vec color = trace(eye, direction.unit(), 2);
                sum =
                    sum * 31 + static_cast<uint32_t>(color.x * 255 + color.y * 255 + color.z * 255);
            }
        }
    }
    printf("ray_tracer %u\n", sum);
    return 0;
}
