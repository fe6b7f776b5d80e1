// Without exceptions, what the library would throw for ends the program; static objects are not
// destroyed.
#include <cstdio>
#include <vector>

namespace {
struct Speaker {
    ~Speaker() { std::printf("destroyed\n"); }
} speaker;
}  // namespace

int main()
{
    const std::vector<int> numbers{1, 2, 3};
    volatile std::size_t index = 2;
    std::printf("the third is %d\n", numbers.at(index));
    std::fflush(stdout);
    index = 3;
    std::printf("the fourth is %d\n", numbers.at(index));
}
