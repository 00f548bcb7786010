using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace SessionService.Infrastructure.Persistence;

/// <summary>Indexes on expressions. EF's model has none: migrations create them by SQL, and an annotation keeps the expression.</summary>
internal static class IndexExpression
{
    public const string Annotation = "Session:IndexExpression";

    /// <summary>Says what the index is on, for the schema check and for docs/database.md.</summary>
    public static IndexBuilder<T> HasExpression<T>(this IndexBuilder<T> index, string expression) =>
        index.HasAnnotation(Annotation, expression);
}
