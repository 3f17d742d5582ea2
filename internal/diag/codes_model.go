package diag

// The model codes. Those from TC1101 on compare a model with the schema and
// are given by the catalog.
const (
	CodeGoSyntax             Code = "TC1001"
	CodeModelTag             Code = "TC1002"
	CodeModelWord            Code = "TC1003"
	CodeModelUnexported      Code = "TC1004"
	CodeModelDuplicateColumn Code = "TC1005"
	CodeModelDuplicateTable  Code = "TC1006"
	CodeModelDuplicateField  Code = "TC1007"
	CodeModelsNone           Code = "TC1008"
	CodeModelPackages        Code = "TC1009"
	CodeModelDeclaration     Code = "TC1010"
	CodeModelGeneric         Code = "TC1011"
	CodeModelEmbedded        Code = "TC1012"
	CodeModelUnresolved      Code = "TC1013"

	CodeModelNoTable     Code = "TC1101"
	CodeModelNoColumn    Code = "TC1102"
	CodeModelType        Code = "TC1103"
	CodeModelNullable    Code = "TC1104"
	CodeModelNoClass     Code = "TC1105"
	CodeModelTenancy     Code = "TC1106"
	CodeModelLacksColumn Code = "TC1107"
	CodeModelMark        Code = "TC1108"
)

var modelCodes = []Info{
	{
		Code:   CodeGoSyntax,
		Title:  "a Go file of the models does not parse",
		Text:   "The file breaks Go's grammar. Types that cannot be resolved are no obstacle, a file that cannot be parsed is.",
		Before: "type User struct { ID uuid.UUID `db:\"id\"`",
		After:  "type User struct { ID uuid.UUID `db:\"id\"` }",
	},
	{
		Code:  CodeModelTag,
		Title: "a struct tag is malformed",
		Text: "A tag is a list of key:\"value\" pairs, each key once, with a space between them. Go's reflection stops at the " +
			"first malformed pair and says nothing, so a column would be lost in silence. A db or po value begins with the column's name.",
		Before: "ID uuid.UUID `db:id`",
		After:  "ID uuid.UUID `db:\"id\"`",
	},
	{
		Code:  CodeModelWord,
		Title: "a struct tag has a word that is not known",
		Text: "A db tag may add primaryKey, softDelete or version to the column's name; a po tag may add those, a type, notNull, unique, index " +
			"or default(…); a tenant tag may say root, root=dimension, global, via=Field, table=name or -.",
		Before: "ID uuid.UUID `db:\"id,primarykey\"`",
		After:  "ID uuid.UUID `db:\"id,primaryKey\"`",
	},
	{
		Code:  CodeModelUnexported,
		Title: "a part of a model is not exported",
		Text: "The emitted package reads and writes the model from outside, so the struct, the fields that have columns, and the " +
			"types that these fields name begin with a capital letter.",
		Before: "name string `db:\"name\"`",
		After:  "Name string `db:\"name\"`",
	},
	{
		Code:   CodeModelDuplicateColumn,
		Title:  "two fields of a model stand for one column",
		Text:   "One of the two would be read and the other written. Fields of embedded structs count as the model's own.",
		Before: "Name  string `db:\"name\"`\nTitle string `db:\"name\"`",
		After:  "Name  string `db:\"name\"`\nTitle string `db:\"title\"`",
	},
	{
		Code:   CodeModelDuplicateTable,
		Title:  "two models stand for one table",
		Text:   "A table has one repository, and its methods return one type. A struct for the result of one query is marked as no model.",
		Before: "type User struct { … }\ntype UserRow struct { _ struct{} `tenant:\"table=users\"`; … }",
		After:  "type User struct { … }\ntype UserRow struct { _ struct{} `tenant:\"-\"`; … }",
	},
	{
		Code:   CodeModelDuplicateField,
		Title:  "two fields of a model have one name",
		Text:   "An embedded struct brings a field whose name the model or another embedded struct has too, so the short name means one of them only.",
		Before: "type Base struct { ID int64 `db:\"id\"` }\ntype User struct { Base; ID string `db:\"public_id\"` }",
		After:  "type Base struct { ID int64 `db:\"id\"` }\ntype User struct { Base; PublicID string `db:\"public_id\"` }",
	},
	{
		Code:  CodeModelsNone,
		Title: "the models folder holds no model",
		Text: "The configuration names a folder of models, but none of its Go files declares a struct with a db or po tag. " +
			"Test files and files that build constraints exclude are not read.",
	},
	{
		Code:  CodeModelPackages,
		Title: "the models folder holds two packages",
		Text:  "One folder is one Go package, apart from its tests.",
	},
	{
		Code:  CodeModelDeclaration,
		Title: "the tenancy that a model declares contradicts itself",
		Text: "A blank field with a tenant tag says what the model is. A global model is owned by nobody, so it has no root and " +
			"no via; each thing is said once; via names fields of the model that have columns.",
		Before: "_ struct{} `tenant:\"global;via=ProjectID\"`",
		After:  "_ struct{} `tenant:\"via=ProjectID\"`",
	},
	{
		Code:  CodeModelGeneric,
		Title: "a model is a generic type",
		Text: "A type with parameters stands for many types, and a table has one. The same holds for an embedded struct whose " +
			"columns depend on a type parameter.",
		Before: "type Row[T any] struct { ID T `db:\"id\"` }",
		After:  "type Row struct { ID int64 `db:\"id\"` }",
	},
	{
		Code:  CodeModelEmbedded,
		Title: "the columns of an embedded type cannot be read",
		Text: "Models are read without the packages that they import, and a nil pointer cannot be scanned into. A struct " +
			"embedded in a model is therefore one of the same package, by value; anything else is marked db:\"-\" when it has no columns.",
		Before: "type User struct { base.Model; Name string `db:\"name\"` }",
		After:  "type User struct { Model; Name string `db:\"name\"` }",
	},
	{
		Code:  CodeModelUnresolved,
		Title: "the type of a field cannot be traced to its package",
		Text: "The emitted code has to import what the field's type needs. The name before the dot belongs to no import of the " +
			"file that can be told apart, or the type comes from a dot import.",
		Before: "import . \"example.com/money\"\n\ntype Invoice struct { Total Amount `db:\"total\"` }",
		After:  "import \"example.com/money\"\n\ntype Invoice struct { Total money.Amount `db:\"total\"` }",
	},
	{
		Code:  CodeModelNoTable,
		Title: "a model has no table",
		Text: "The schema has no relation of the model's name. Names follow sqlc: struct Person stands for table people. " +
			"Another name is declared with a blank field; a struct that is no model at all is marked as such.",
		Before: "type Staff struct { … }          // the table is called employees",
		After:  "type Staff struct { _ struct{} `tenant:\"table=employees\"`; … }",
	},
	{
		Code:   CodeModelNoColumn,
		Title:  "a model's column is not in its table",
		Text:   "The tag names a column that the table does not have after all migrations.",
		Before: "Email string `db:\"e_mail\"`         // the column is called email",
		After:  "Email string `db:\"email\"`",
	},
	{
		Code:   CodeModelType,
		Title:  "a Go type cannot hold its column",
		Text:   "Reading the column into this type fails, or loses a part of the value.",
		Before: "Total int16 `db:\"total\"`           // total bigint",
		After:  "Total int64 `db:\"total\"`",
	},
	{
		Code:   CodeModelNullable,
		Title:  "a nullable column is held by a type without NULL",
		Text:   "The first row with NULL in this column fails to scan. A pointer or a pgtype holds NULL; or the column is NOT NULL.",
		Before: "Bio string `db:\"bio\"`              // bio text",
		After:  "Bio *string `db:\"bio\"`",
	},
	{
		Code:  CodeModelNoClass,
		Title: "a model is neither owned by a tenant nor declared global",
		Text: "The model has no field for the tenant column and declares nothing else, so nobody can say whose its rows are. " +
			"Either it gets the tenant column (or a via), or it is declared global, and then every tenant may read it.",
		Before: "type Plan struct { ID int64 `db:\"id\"` }",
		After:  "type Plan struct { _ struct{} `tenant:\"global\"`; ID int64 `db:\"id\"` }",
	},
	{
		Code:  CodeModelTenancy,
		Title: "a model's tenancy contradicts the schema or the configuration",
		Text: "The model says one thing about whose the rows are, and the configuration or the table's columns and keys say another. " +
			"The narrower reading is not assumed.",
		Before: "type Invoice struct { _ struct{} `tenant:\"global\"`; … }   // invoices has a tenant_id",
		After:  "type Invoice struct { … }",
	},
	{
		Code:   CodeModelLacksColumn,
		Title:  "a model lacks a column that a new row needs",
		Text:   "The column is NOT NULL and has no default, and the model has no field for it: Create could never fill it.",
		Before: "type User struct { ID uuid.UUID `db:\"id\"` }               // email text not null",
		After:  "type User struct { ID uuid.UUID `db:\"id\"`; Email string `db:\"email\"` }",
	},
	{
		Code:  CodeModelMark,
		Title: "a column cannot be what its tag marks it as",
		Text: "A model has at most one column of each mark, and the table takes care of it in a new row. softDelete is a timestamptz or " +
			"timestamp that may be NULL, or a boolean that is NOT NULL and false by default: Delete sets it, and the other generated methods pass " +
			"over rows in which it is set. version is a smallint, integer or bigint that is NOT NULL with a default: each generated change adds " +
			"one to it, and Update changes the row only in the version that it is given.",
		Before: "Version int32 `db:\"version,version\"`   // version integer not null",
		After:  "Version int32 `db:\"version,version\"`   // version integer not null default 1",
	},
}
