package diag

// The codes of the proof: TC40xx annotations, TC41xx instances that nothing
// confines, TC42xx writes, TC43xx constructs. What a
// proof leans on in the schema is told by the schema's codes.
const (
	CodeStale      Code = "TC4001"
	CodeAnnotation Code = "TC4002"

	CodeNoTenant      Code = "TC4101"
	CodeIDOnly        Code = "TC4102"
	CodeOtherRelation Code = "TC4103"
	CodeNotConjunct   Code = "TC4104"
	CodeOptional      Code = "TC4105"
	CodeNullableSide  Code = "TC4106"
	CodeTenantList    Code = "TC4107"
	CodeLiteralTenant Code = "TC4108"
	CodeTwoTenants    Code = "TC4109"
	CodeNotEquality   Code = "TC4110"
	CodeLossy         Code = "TC4111"
	CodeTooLate       Code = "TC4112"

	CodeInsertTenant Code = "TC4201"
	CodeConflict     Code = "TC4202"
	CodeSetTenant    Code = "TC4203"
	CodeOwnerKey     Code = "TC4204"
	CodeGlobalWrite  Code = "TC4205"
	CodeExistence    Code = "TC4206"

	CodeFunction      Code = "TC4301"
	CodeNotUnderstood Code = "TC4302"
	CodeUnclassified  Code = "TC4303"
	CodeMixed         Code = "TC4304"
)

var proofCodes = []Info{
	{
		Code:  CodeStale,
		Title: "an unscoped annotation on a statement that is confined",
		Text: "The statement is annotated as cross-tenant on purpose, and the proof finds that it touches one tenant's rows only, or nobody's. " +
			"The annotation would move it to gen/unscoped, out of reach of the proof, for nothing.",
		Before: "-- name: ListAdmins :many\n-- tenant: unscoped admin: back office\nselect * from users where tenant_id = @tenant_id and role = 'admin';",
		After:  "-- name: ListAdmins :many\nselect * from users where tenant_id = @tenant_id and role = 'admin';",
	},
	{
		Code:  CodeAnnotation,
		Title: "an annotation that does not fit its statement",
		Text:  "The `-- tenant:` line names a dimension that sqlc.yaml does not have, or a tenant parameter where no relation is a tenant's.",
	},
	{
		Code:  CodeNoTenant,
		Title: "a relation is read or written without its tenant",
		Text: "No condition says whose rows of the relation are meant, so every tenant's take part. " +
			"Each mention of a tenant-owned relation needs its tenant column equated with the tenant parameter, or with a column that is known to be the tenant's.",
		Before: "select title from documents where is_public;",
		After:  "select title from documents where is_public and tenant_id = @tenant_id;",
	},
	{
		Code:  CodeIDOnly,
		Title: "a row is reached by its id alone",
		Text: "An id is no proof of ownership: whoever sends another tenant's id reaches that tenant's row, and ids repeat across tenants where keys are composite. " +
			"For a relation that is owned through a foreign key, its parent must be in the statement and confined.",
		Before: "select title from documents where id = @id;",
		After:  "select title from documents where id = @id and tenant_id = @tenant_id;",
	},
	{
		Code:  CodeOtherRelation,
		Title: "a relation is joined without its tenant",
		Text: "Another relation of the statement is confined, and this one is joined to it by something that two tenants may share. " +
			"Each relation needs a tie of its own.",
		Before: "select i.* from projects p\njoin invoices i on i.project_id = p.id\nwhere p.tenant_id = @tenant_id;",
		After:  "select i.* from projects p\njoin invoices i on i.project_id = p.id and i.tenant_id = p.tenant_id\nwhere p.tenant_id = @tenant_id;",
	},
	{
		Code:  CodeNotConjunct,
		Title: "a tenant test that can be passed by another way",
		Text: "The equality stands under OR, NOT, CASE or a function, so a row can be taken although it fails. AND binds stronger than OR: " +
			"put the alternatives into parentheses of their own.",
		Before: "select * from documents where tenant_id = @tenant_id and title = @a or title = @b;",
		After:  "select * from documents where tenant_id = @tenant_id and (title = @a or title = @b);",
	},
	{
		Code:   CodeOptional,
		Title:  "a tenant test that a value switches off",
		Text:   "For some value of the parameter (null, an empty text, zero) the condition holds for every row. A forgotten argument then reads all tenants.",
		Before: "select * from documents where (tenant_id = @tenant_id or @tenant_id is null);",
		After:  "select * from documents where tenant_id = @tenant_id;",
	},
	{
		Code:  CodeNullableSide,
		Title: "a tenant test on the wrong side of an outer join",
		Text: "A LEFT JOIN keeps every row of its left side whatever its ON says, and a RIGHT or FULL JOIN likewise. " +
			"A test of the kept side belongs in WHERE; a test of the other side belongs in ON.",
		Before: "select d.title from documents d left join users u on u.id = d.owner_id and d.tenant_id = @tenant_id;",
		After:  "select d.title from documents d left join users u on u.id = d.owner_id and u.tenant_id = d.tenant_id\nwhere d.tenant_id = @tenant_id;",
	},
	{
		Code:   CodeTenantList,
		Title:  "a list of tenants",
		Text:   "The tenant column is compared with a list, which may hold more than one tenant. A statement has one tenant.",
		Before: "select * from documents where tenant_id = any(@tenants);",
		After:  "select * from documents where tenant_id = @tenant_id;",
	},
	{
		Code:   CodeLiteralTenant,
		Title:  "a tenant that is not the caller's",
		Text:   "The tenant column is compared with a constant, a session setting or a function's result: not with the tenant that the caller is confined to.",
		Before: "select * from documents where tenant_id = current_setting('app.tenant')::uuid;",
		After:  "select * from documents where tenant_id = @tenant_id;",
	},
	{
		Code:  CodeTwoTenants,
		Title: "more than one tenant parameter",
		Text: "A statement has exactly one tenant parameter for each dimension. Either two parameters could be it, and a `-- tenant: @name` line has to say which, " +
			"or a relation is compared with a second one, which a caller could choose freely.",
		Before: "select title from documents where tenant_id = @a\nunion all\nselect title from archive where tenant_id = @b;",
		After:  "select title from documents where tenant_id = @tenant_id\nunion all\nselect title from archive where tenant_id = @tenant_id;",
	},
	{
		Code:   CodeNotEquality,
		Title:  "the tenant is not tested for equality",
		Text:   "A range, a pattern, an inequality or a null test holds for more than one tenant.",
		Before: "select * from documents where tenant_id >= @tenant_id;",
		After:  "select * from documents where tenant_id = @tenant_id;",
	},
	{
		Code:  CodeLossy,
		Title: "an equality that two tenants can pass",
		Text: "One side is converted to a type, cut to a length, passed through a function or compared under a collation that calls different values equal. " +
			"Compare the column itself with a value of its own type.",
		Before: "select * from files where lower(tenant_slug) = lower(@tenant);",
		After:  "select * from files where tenant_slug = @tenant;",
	},
	{
		Code:  CodeTooLate,
		Title: "a tenant test that comes too late",
		Text: "The test stands outside of a subquery, view or CTE that has done something with every tenant's rows by then: cut them off with LIMIT, locked them, " +
			"or taken them into an aggregate, group, window or DISTINCT ON that leaves the tenant out. Put the test inside.",
		Before: "select * from (select * from documents order by title limit 10) s where s.tenant_id = @tenant_id;",
		After:  "select * from documents where tenant_id = @tenant_id order by title limit 10;",
	},
	{
		Code:   CodeInsertTenant,
		Title:  "an insert without the caller's tenant",
		Text:   "Every row that an INSERT proposes must give the tenant column the tenant parameter, in each row of VALUES. A default is nobody's choice.",
		Before: "insert into documents (id, title) values (@id, @title);",
		After:  "insert into documents (tenant_id, id, title) values (@tenant_id, @id, @title);",
	},
	{
		Code:  CodeConflict,
		Title: "ON CONFLICT can meet another tenant's row",
		Text: "The row with the same key may be anybody's when the key lacks the tenant column, and DO UPDATE overwrites or returns it. " +
			"The key must contain the tenant.",
		Before: "insert into users (tenant_id, email, name) values (@tenant_id, @email, @name)\non conflict (email) do update set name = excluded.name;",
		After:  "insert into users (tenant_id, email, name) values (@tenant_id, @email, @name)\non conflict (tenant_id, email) do update set name = excluded.name;",
	},
	{
		Code:   CodeSetTenant,
		Title:  "SET gives a row away",
		Text:   "The tenant column may only be set to the tenant itself; any other value moves the row to another tenant, or to nobody.",
		Before: "update documents set tenant_id = @other where tenant_id = @tenant_id and id = @id;",
		After:  "update documents set title = @title where tenant_id = @tenant_id and id = @id;",
	},
	{
		Code:   CodeOwnerKey,
		Title:  "a child hung under a parent that need not be the tenant's",
		Text:   "The relation is owned through a foreign key, and the key comes from the client. It must be taken from a parent row that the statement itself confines.",
		Before: "insert into order_lines (order_id, sku) values (@order_id, @sku);",
		After:  "insert into order_lines (order_id, sku)\nselect o.id, @sku from orders o where o.id = @order_id and o.tenant_id = @tenant_id;",
	},
	{
		Code:   CodeGlobalWrite,
		Title:  "a tenant's statement writes nobody's relation",
		Text:   "What one tenant writes into a global relation every tenant sees. A statement that touches tenant-owned relations writes no global one.",
		Before: "update plans set price = 0 from documents d where d.tenant_id = @tenant_id;",
		After:  "update plans set price = 0 where id = @plan;",
	},
	{
		Code:  CodeExistence,
		Title: "ON CONFLICT tells whether any tenant has a key",
		Text: "The key lacks the tenant column. DO NOTHING, and DO UPDATE whose WHERE asks for the tenant, leave another tenant's row as it is; " +
			"but the row count says that the key exists, and the tenant's own row is missing without a word. Put the tenant into the key; " +
			"or accept it with a reason: -- tenant: existence: reason.",
		Before: "insert into users (tenant_id, email) values (@tenant_id, @email) on conflict (email) do nothing;",
		After:  "insert into users (tenant_id, email) values (@tenant_id, @email) on conflict (tenant_id, email) do nothing;",
	},
	{
		Code:  CodeFunction,
		Title: "a function, operator or cast that may read more than its arguments",
		Text: "A call looks like a value, and its body can read or write any table. Accepted are built-in functions that depend on their arguments, the clock, randomness " +
			"and the connection only. A name that the schema defines too is taken for the schema's.",
		Before: "select document_count() from documents where tenant_id = @tenant_id;",
		After:  "select count(*) from documents where tenant_id = @tenant_id;",
	},
	{
		Code:  CodeNotUnderstood,
		Title: "a construct that is not understood",
		Text:  "PostgreSQL may well run it; tenantc cannot prove what it reads or writes, and refuses what it cannot prove. The message names the construct.",
	},
	{
		Code:  CodeUnclassified,
		Title: "a relation whose tenancy is not known",
		Text: "The relation has no tenant column and nothing is declared of it. When its rows belong to the owner of another row, say `via`; when they are nobody's data, say `global: true`; " +
			"else give it the tenant column.",
	},
	{
		Code:   CodeMixed,
		Title:  "a relation whose children have another tenancy",
		Text:   "Reading or writing a parent includes the rows of its inheritance children and partitions, which here belong to other owners.",
		Before: "select * from templates;",
		After:  "select * from only templates;",
	},
}
