-- Inserting, an index, groups, an update of a third of the rows, for an SQL shell in a module.
create table t(a integer primary key,b text,c real);
with recursive n(i) as (select 1 union all select i+1 from n where i<60000) insert into t select i, 'row '||(i*7919%10007), i*0.5 from n;
create index x on t(b);
select count(*),sum(a),avg(c) from t where b like 'row 1%';
select b,count(*) n from t group by b order by n desc,b limit 3;
update t set c=c*2 where a%3=0;
select sum(c) from t;
