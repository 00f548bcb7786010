namespace SessionService.Application.Paging;

/// <summary>A request that is read from the query: its parameters are named as the JSON is.</summary>
public interface IQueryParameters;
