// The stream library: formatting, manipulators, string streams, reading from standard input.
#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>

namespace {

struct Point {
    int x, y;
};

std::ostream& operator<<(std::ostream& out, const Point& p)
{
    return out << '(' << p.x << ", " << p.y << ')';
}

std::istream& operator>>(std::istream& in, Point& p)
{
    char open = 0, comma = 0, close = 0;
    if (in >> open >> p.x >> comma >> p.y >> close && (open != '(' || comma != ',' || close != ')'))
        in.setstate(std::ios::failbit);
    return in;
}

}  // namespace

int main()
{
    std::cout << "integers: " << 42 << ' ' << -7L << ' ' << std::hex << std::showbase << 255 << ' '
              << std::oct << 8 << std::dec << std::noshowbase << '\n';
    std::cout << "limits: " << std::numeric_limits<long long>::min() << ' '
              << std::numeric_limits<unsigned long long>::max() << '\n';
    std::cout << "floats: " << 0.1 << ' ' << 1e100 << ' ' << std::fixed << std::setprecision(3)
              << 2.0 / 3 << ' ' << std::scientific << 12345.678 << std::defaultfloat
              << std::setprecision(6) << '\n';
    std::cout << '[' << std::setw(8) << "right" << "] [" << std::left << std::setw(8) << "left"
              << "] [" << std::setfill('*') << std::internal << std::setw(8) << -42 << "]\n"
              << std::setfill(' ');
    std::cout << std::boolalpha << true << ' ' << std::quoted("say \"so\"") << '\n';

    std::istringstream words("12 3.5 (4, -5) rest of it");
    int whole = 0;
    double real = 0;
    Point point{};
    std::string rest;
    words >> whole >> real >> point;
    std::getline(words >> std::ws, rest);
    std::cout << whole << '|' << real << '|' << point << '|' << rest << '\n';
    std::istringstream wrong("(1; 2)");
    std::cout << "a wrong point: " << (wrong >> point ? "read" : "refused") << '\n';

    int sum = 0, value = 0, lines = 0;
    std::string line;
    while (std::getline(std::cin, line)) {
        ++lines;
        std::istringstream numbers(line);
        while (numbers >> value)
            sum += value;
    }
    std::cout << lines << " lines, sum " << sum << ", end: " << std::cin.eof() << '\n';

    std::cerr << "on the error stream\n";
}
