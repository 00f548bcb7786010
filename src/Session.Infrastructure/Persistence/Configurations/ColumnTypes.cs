using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using SessionService.Domain.Identity;

namespace SessionService.Infrastructure.Persistence.Configurations;

/// <summary>The column types that several tables share.</summary>
internal static class ColumnTypes
{
    public const string Json = "jsonb";

    /// <summary>USD of one message.</summary>
    public const string Money = "numeric(20,10)";

    /// <summary>USD of many messages: room for a hundred million messages of the highest cost.</summary>
    public const string MoneyTotal = "numeric(28,10)";

    /// <summary>User ids compare byte by byte, whatever the database's locale: the same order and equality on every server.</summary>
    public static PropertyBuilder<string> IsUserId(this PropertyBuilder<string> property, string comment) =>
        property.HasColumnName("user_id").HasMaxLength(UserIds.MaxLength).UseCollation("C").HasComment(comment);

    /// <summary>
    /// The words and the meaning of a text. Null in rows of an older version of the service: search works them out when it needs them.
    /// </summary>
    public static void HasVectors<T>(this EntityTypeBuilder<T> builder)
        where T : class
    {
        builder.Property<byte[]?>(VectorProperties.Vector).HasColumnName("vector")
            .HasComment("The vector of the content by the embedded model, a signed byte a dimension.");
        builder.Property<byte[]?>(VectorProperties.Words).HasColumnName("words")
            .HasComment("The lexemes of the content, each with how often it is there.");
        builder.Property<string?>(VectorProperties.Model).HasColumnName("model").HasMaxLength(MessageVectorsConfiguration.MaxModelLength)
            .HasComment("Another model, if there is a vector by one.");
        builder.Property<byte[]?>(VectorProperties.ModelVector).HasColumnName("model_vector")
            .HasComment("The vector of the content by that model.");
    }
}

/// <summary>The properties that <see cref="ColumnTypes.HasVectors"/> adds to an entity, which has none of these names itself.</summary>
internal static class VectorProperties
{
    public const string Vector = "Vector";
    public const string Words = "Words";
    public const string Model = "Model";
    public const string ModelVector = "ModelVector";
}
