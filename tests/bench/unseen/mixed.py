"""Recursion, dictionaries, json, regular expressions and sorting, for an interpreter of Python in a module."""
import json,re
def fib(n): return n if n<2 else fib(n-1)+fib(n-2)
print(fib(21))
d={}
for i in range(60000): d[str(i*7919%10007)]=d.get(str(i*7919%10007),0)+i
print(len(d),sum(d.values()))
s=json.dumps([{"a":i,"b":str(i)*3} for i in range(3000)])
print(len(json.loads(s)))
print(len(re.findall(r'"b": "(\d+)"',s)))
print(sum(sorted((i*1103515245+12345)%65536 for i in range(30000))[:100]))
