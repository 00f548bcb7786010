using SessionService.Infrastructure.Schema;

namespace SessionService.Infrastructure.Startup;

/// <summary>The database is not the one that the service expects: it must not serve on it.</summary>
public sealed class SchemaMismatchException(SchemaReport report)
    : Exception(
        $"The database does not have the schema that this version expects: {string.Join("; ", report.Errors)}. "
        + "Run the command 'schema migrate', or mend the differences.");
