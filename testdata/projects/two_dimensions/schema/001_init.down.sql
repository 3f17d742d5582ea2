drop table tasks;
drop table members;
drop table projects;
drop table organizations;
