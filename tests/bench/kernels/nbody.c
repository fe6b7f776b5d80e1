/* Planets: double precision, square roots, structures in arrays. */
#include <math.h>
#include <stdio.h>

#include "kernel.h"

enum { count = 5 };

struct body {
    double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[count];

static void step(double dt) {
    for (int i = 0; i < count; ++i) {
        struct body *const a = &bodies[i];
        for (int k = i + 1; k < count; ++k) {
            struct body *const b = &bodies[k];
            const double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            const double square = dx * dx + dy * dy + dz * dz + 0.01;
            const double force = dt / (square * sqrt(square));
            a->vx -= dx * b->mass * force;
            a->vy -= dy * b->mass * force;
            a->vz -= dz * b->mass * force;
            b->vx += dx * a->mass * force;
            b->vy += dy * a->mass * force;
            b->vz += dz * a->mass * force;
        }
    }
    for (int i = 0; i < count; ++i) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
        bodies[i].z += dt * bodies[i].vz;
    }
}

int main(int argc, char **argv) {
    const unsigned iterations = iterations_of(argc, argv);
    uint32_t state = 43;
    for (int i = 0; i < count; ++i) {
        double *const field = &bodies[i].x;
        for (int k = 0; k < 6; ++k)
            field[k] = (double)(next_number(&state) % 1000) / (k < 3 ? 50 : 5000) - (k < 3 ? 10 : 0.1);
        bodies[i].mass = i ? 0.01 * i : 40;
    }
    for (unsigned i = 0; i < iterations * 100; ++i)
        step(0.001);
    double sum = 0;
    for (int i = 0; i < count; ++i)
        sum += bodies[i].x + bodies[i].y * 2 + bodies[i].z * 3;
    printf("nbody %.12g\n", sum);
    return 0;
}
